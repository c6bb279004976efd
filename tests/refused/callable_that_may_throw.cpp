// Refused: the callback's function type is noexcept, the callable is not: write [](...) noexcept {...}
#include <cbframe/callback.hpp>

cbframe::callback<int(int) noexcept> refused{[](int n) { return n; }}; // here
