// Refused: cbframe::describe: the members that are listed do not make up the size of the class: list all members in
// their order Named: point, 8
#include <cbframe/callback.hpp>

struct alignas(32) point {
    double x;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
