#include "convention.hpp"

namespace cbf_ffi {

convention convention_of(unsigned abi) noexcept {
    switch (abi) {
    case FFI_SYSV:
        return {cbf_convention_native(), false};
    case FFI_WIN64:
        return {cbf_convention_find("aapcs64_windows"), false};
    default:
        return {nullptr, false};
    }
}

bool is_returned_otherwise(unsigned, const ffi_type &) noexcept { return false; }

} // namespace cbf_ffi
