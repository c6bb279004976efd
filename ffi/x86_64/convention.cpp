#include "convention.hpp"

namespace cbf_ffi {

convention convention_of(unsigned abi) noexcept {
    switch (abi) {
    case FFI_UNIX64:
        return {cbf_convention_native(), false};
    case FFI_WIN64: // FFI_EFI64 is the same
        return {cbf_convention_find("ms_x64"), false};
    case FFI_GNUW64:
        return {cbf_convention_find("ms_x64_mingw"), false};
    default:
        return {nullptr, false};
    }
}

// FFI_WIN64 has it on the x87 stack, as clang has; gcc's ms_abi and ours in memory.
bool is_returned_otherwise(unsigned abi, const ffi_type &type) noexcept {
    return abi == FFI_WIN64 && type.type == FFI_TYPE_LONGDOUBLE;
}

} // namespace cbf_ffi
