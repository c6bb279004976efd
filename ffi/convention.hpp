// What libffi calls the conventions of a CPU: a file for each.
#pragma once

#include <cbframe/cbframe.h>

#include <ffi.h>

namespace cbf_ffi {

/// How a cif is called.
struct convention {
    const cbf_convention *found; ///< null: no closure can be called so
    /// The caller hands over the address of a result in memory as the first argument, by the rules of any other: what C
    /// has a structure for is then a pointer.
    bool result_is_argument;
};

/// abi: an ffi_abi, or any number.
convention convention_of(unsigned abi) noexcept;

/// Whether calls of libffi return the type by rules that no convention of ours has.
bool is_returned_otherwise(unsigned abi, const ffi_type &type) noexcept;

} // namespace cbf_ffi
