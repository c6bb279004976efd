// Refused: cbframe::describe: before this member others are missing, or it is not in the order of the class: list all
// members in their order Named: &point::z, 8
#include <cbframe/callback.hpp>

struct point {
    double x, y, z;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::z> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
