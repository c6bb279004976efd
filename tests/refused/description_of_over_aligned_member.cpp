// Refused: cbframe::describe: before this member others are missing, or it is not in the order of the class: list all
// members in their order Named: &point::y, 1
#include <cbframe/callback.hpp>

struct point {
    char x;
    alignas(2) char y;
    int z;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y, &point::z> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
