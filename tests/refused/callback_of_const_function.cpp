// Refused: cbframe::callback is given a function type with a calling convention that it does not know, or with const
#include <cbframe/callback.hpp>

cbframe::callback<int(int) const> refused{[](int n) { return n; }}; // here
