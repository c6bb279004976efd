// Refused: cbframe::callback is given a pointer or reference to a function: write the function's type alone,
// callback<int(int)>
#include <cbframe/callback.hpp>

cbframe::callback<int (&)(int)> refused{[](int n) { return n; }}; // here
