// Refused: cbframe::describe: before this member others are missing, or it is not in the order of the class: list all
// members in their order Named: &point::y, 0
#include <cbframe/callback.hpp>

struct point {
    int x;
    int y;
};

template <>
struct cbframe::describe<point> : cbframe::union_fields<&point::x, &point::y> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
