// Refused: cbframe::describe: the members that are listed do not make up the size of the class: list all members in
// their order Named: point, 8
#include <cbframe/callback.hpp>

union point {
    double x;
    char y[16];
};

template <>
struct cbframe::describe<point> : cbframe::union_fields<&point::x> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
