// Refused: cbframe::callback is given a type that is no function: write callback<int(double)>
#include <cbframe/callback.hpp>

cbframe::callback<int> refused{[](int n) { return n; }}; // here
