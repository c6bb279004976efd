// Refused: cbframe::describe: between the members that are listed the class has others: list all members in their order
// Named: point, char, float
#include <cbframe/callback.hpp>

struct point {
    char x;
    char y : 3;
    float z;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::z> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
