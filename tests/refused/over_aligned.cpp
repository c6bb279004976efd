// Must not compile: Boost.PFR sees the fields' types, but not where they are.
#include <cbframe/callback.hpp>

struct over_aligned {
    int near;
    alignas(16) int far;
};

cbframe::callback<void(over_aligned)> refused{[](over_aligned) {}};
