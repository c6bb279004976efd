// Refused: cbframe::describe: between the members that are listed the class has others: list all members in their order
// Named: point, float, double
#include <cbframe/callback.hpp>

struct point {
    float x;
    int y : 3;
    double z;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::z> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
