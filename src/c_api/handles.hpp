// What the opaque handles of the C API are.
#pragma once

#include <cbframe/closure.hpp>

#include <cstddef>
#include <optional>
#include <vector>

struct cbf_type {
    cbframe::type value;
};

struct cbf_signature {
    cbframe::signature called;
    const cbframe::abi::convention *by;
    const cbframe::abi::data_model *sizes;
    std::optional<cbframe::prepared_signature> prepared; ///< if functions of this CPU are called by the convention
};

namespace cbframe::c_api {

/// Sizes in C on this system.
inline const abi::data_model &c_model() noexcept { return *native_convention().model; }

/// The types of count parameters, the first called by this number. Throws std::invalid_argument if one is null.
std::vector<type> types(const cbf_type *const *parameters, std::size_t count, std::size_t first = 1);

/// Null for what is no convention.
const abi::convention *convention_of(const cbf_convention *handle) noexcept;

} // namespace cbframe::c_api
