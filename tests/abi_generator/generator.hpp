// Random types and signatures.
#pragma once

#include "target.hpp"

#include <cstdint>
#include <random>
#include <vector>

/// A function and one call of it.
struct call_case {
    cbframe::signature signature;
    std::vector<cbframe::type> variadic; ///< arguments in place of `...`
};

/// How large calls become.
struct call_limits {
    unsigned parameters = 13;
    unsigned elements = 4; ///< of an array, one in 30 of them
};

class generator {
  public:
    generator(const target &used, std::uint64_t seed, const call_limits &limits = {})
        : target_(used), limits_(limits), random_(seed) {}

    call_case next();

  private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool one_in(unsigned chances) { return below(chances) == 0; }
    cbframe::type pick(std::span<const cbframe::type_kind> kinds) {
        return kinds[below(static_cast<unsigned>(kinds.size()))];
    }
    cbframe::type integer();
    cbframe::type scalar();
    cbframe::type vector();
    cbframe::type member(unsigned depth);
    unsigned length();
    cbframe::field bit_field(unsigned index);
    cbframe::record_attributes attributes();
    cbframe::type record(unsigned depth);
    cbframe::type homogeneous();
    cbframe::type value();
    cbframe::type promoted(const cbframe::type &passed);

    const target &target_;
    call_limits limits_;
    std::mt19937_64 random_;
    unsigned names_ = 0;
};

/// Calls that libraries are known to get wrong, for every target.
std::vector<call_case> known_traps(const target &used);

/// Smaller calls that might fail too: without an argument, a field, an attribute.
std::vector<call_case> smaller(const call_case &failing);
