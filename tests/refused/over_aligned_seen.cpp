// Refused: Boost.PFR does not see all of this class: specialise cbframe::describe for it
// Named: over_aligned>
#include <cbframe/callback.hpp>
#include <cbframe/pfr.hpp>

struct over_aligned {
    int near;
    alignas(16) int far;
};

cbframe::callback<void(over_aligned)> refused{[](over_aligned) {}}; // here
