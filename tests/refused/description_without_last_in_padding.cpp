// Refused: cbframe::describe: between the members that are listed the class has others: list all members in their order
// Named: point, float, char
#include <cbframe/callback.hpp>

struct point {
    float x;
    char y;
    char hole;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
