// What the opaque handles of the C API are. A cbf_type is the shape of a type itself, see abi/type.hpp.
#pragma once

#include "abi/owners.hpp"
#include "call/signature.hpp"
#include "failure.hpp"

#include <cstddef>
#include <vector>

struct cbf_signature {
    cbf::signature called;
    const cbf::abi::convention *convention;
    const cbf::abi::data_model *sizes;
    cbf::plan_owner plan; ///< if functions of this CPU are called by the convention
    cbf::owners owners = {};
};

namespace cbf::c_api {

/// Sizes in C on this system.
inline const abi::data_model &c_model() noexcept { return *native_convention().model; }

/// The type of a handle; void for null.
inline type type_or_void(const cbf_type *handle) noexcept {
    return handle != nullptr ? type::of(handle) : type(type_kind::void_);
}

/// The types of count parameters, the first called by this number. Throws std::invalid_argument if one is null.
std::vector<type> types(const cbf_type *const *parameters, std::size_t count, std::size_t first = 1);

/// Null for what is no convention.
const abi::convention *convention_of(const cbf_convention *handle) noexcept;

/// guarded() with the convention of a handle; CBF_BAD_CONVENTION if it is of none.
template <class Function>
cbf_status guarded_by(const cbf_convention *handle, Function function) noexcept {
    const abi::convention *const convention = convention_of(handle);
    if (convention == nullptr)
        return failed(CBF_BAD_CONVENTION, handle == nullptr
                                              ? "convention is NULL: this system's own is cbf_convention_native()"
                                              : "convention is none of this library");
    return guarded([&] { function(*convention); });
}

} // namespace cbf::c_api
