// Refused: cbframe::describe: between the members that are listed the class has others: list all members in their order
// Named: point, int, char, int
#include <cbframe/callback.hpp>

class point {
  public:
    point(int);
    int x;
    char y;
    char hole[3];
    int z;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y, &point::z> {};

cbframe::callback<void(point)> refused{[](point) {}}; // here
