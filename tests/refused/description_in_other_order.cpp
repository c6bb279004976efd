// Refused: cbframe::describe: before this member others are missing, or it is not in the order of the class: list all
// members in their order Named: &point::y, 0
#include <cbframe/callback.hpp>

struct point {
    double x;
    int y;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::y, &point::x> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
