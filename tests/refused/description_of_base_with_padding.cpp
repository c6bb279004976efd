// Refused: cbframe::describe: before this member others are missing, or it is not in the order of the class: list all
// Named: &point::z, 9
#include <cbframe/callback.hpp>

struct base {
    double x;
    char y;
};
struct point : base {
    char z;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y, &point::z> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
