// Refused: cbframe::describe: between the members that are listed the class has others: list all members in their order
// Named: point, float, char, float
#include <cbframe/callback.hpp>

struct point {
    float x;
    char y;
    char hole;
    float z;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y, &point::z> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
