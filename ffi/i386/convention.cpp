#include "convention.hpp"

namespace cbf_ffi {

convention convention_of(unsigned abi) noexcept {
    switch (abi) {
    case FFI_SYSV:
        return {cbf_convention_native(), false};
    case FFI_THISCALL:
        return {cbf_convention_find("thiscall_x86_sysv"), false};
    case FFI_FASTCALL:
        return {cbf_convention_find("fastcall_x86_sysv"), false};
    case FFI_STDCALL:
        return {cbf_convention_find("stdcall_x86_sysv"), false};
    case FFI_MS_CDECL: // as libffi has it where it is not built for Windows: all structures are returned in memory
        return {cbf_convention_native(), true};
    default: // FFI_PASCAL and FFI_REGISTER: arguments from right to left, some in EAX
        return {nullptr, false};
    }
}

bool is_returned_otherwise(unsigned, const ffi_type &) noexcept { return false; }

} // namespace cbf_ffi
