// Refused: cbframe::describe: before this member others are missing, or it is not in the order of the class: list all
// members in their order Named: &point::y, 4
#include <cbframe/callback.hpp>

struct __attribute__((packed)) point {
    char x;
    int y;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
