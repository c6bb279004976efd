// Refused: cbframe::describe: between the members that are listed the class has others: list all members in their order
// Named: point, double, float
#include <cbframe/callback.hpp>

struct point {
    double x;
    float y;
    int hole;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
