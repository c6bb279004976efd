// Refused: the callable cannot be copied: give it with std::move(callable)
#include <cbframe/callback.hpp>

#include <memory>

void make() {
    auto callable = [owned = std::make_unique<int>(1)](int n) { return *owned + n; };
    cbframe::callback<int(int)> refused{callable}; // here
}
