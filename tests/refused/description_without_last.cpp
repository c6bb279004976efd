// Refused: cbframe::describe: the members that are listed do not make up the size of the class: list all members in
// their order Named: point, 16
#include <cbframe/callback.hpp>

struct point {
    double x, y, z;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
