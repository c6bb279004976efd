// A batch of calls, and what they are run against.
#pragma once

#include "generator.hpp"
#include "sample.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

struct batch {
    const target *used;
    std::vector<call_case> calls;
    std::uint64_t seed; ///< of the values
};

/// The values of one call.
struct call_values {
    std::vector<sample> arguments; ///< the named ones, then the variadic ones
    sample result;
};

/// Those of a call's round: the same whatever calls are beside it.
call_values values_of(const cbframe::abi::data_model &model, const call_case &call, std::uint64_t seed);

/// One way to make function pointers.
struct opponent {
    std::string_view name;
    const cbframe::abi::data_model *sizes; ///< those of this system that it takes, or null: any
    /// Whether it can express a call at all; for those it cannot there is nothing to check.
    bool (*can)(const target &used, const call_case &call);
    /// What is wrong with each call: empty if nothing is.
    std::vector<std::string> (*run)(const batch &ran);
};

extern const opponent closure_opponent;
extern const opponent callback_opponent;
extern const opponent tap_opponent;
extern const opponent cast_opponent;

/// Those that this program has.
std::span<const opponent *const> opponents();
