// Refused: cbframe::callback is given a function with `...`, which C++ cannot pass on: make a cbframe::closure
#include <cbframe/callback.hpp>

cbframe::callback<int(int, ...)> refused{[](int n, ...) { return n; }}; // here
