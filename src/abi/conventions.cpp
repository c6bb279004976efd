#include "abi/aarch64.hpp"
#include "abi/riscv.hpp"
#include "abi/x86.hpp"

namespace cbf::abi {

std::span<const convention *const> conventions() noexcept {
    static const convention *const all[] = {
        &sysv_x64,
        &sysv_x64_avx,
        &sysv_x64_sse,
        &sysv_x64_darwin,
        &ms_x64,
        &ms_x64_mingw,
        &vectorcall_x64,
        &cdecl_x86_sysv,
        &stdcall_x86_sysv,
        &fastcall_x86_sysv,
        &thiscall_x86_sysv,
        &cdecl_x86_mingw,
        &stdcall_x86_mingw,
        &fastcall_x86_mingw,
        &thiscall_x86_mingw,
        &cdecl_x86_msvc,
        &stdcall_x86_msvc,
        &fastcall_x86_msvc,
        &thiscall_x86_msvc,
        &vectorcall_x86_msvc,
        &cdecl_x86_darwin,
        &stdcall_x86_darwin,
        &aapcs64,
        &aapcs64_darwin,
        &aapcs64_windows,
        &lp64d,
        &lp64f,
        &lp64,
    };
    return all;
}

std::span<const data_model *const> data_models() noexcept {
    static const data_model *const all[] = {&lp64_sysv,  &llp64_mingw,  &llp64_msvc, &ilp32_sysv,  &ilp32_mingw,
                                            &ilp32_msvc, &ilp32_darwin, &lp64_aapcs, &lp64_darwin, &lp64_riscv};
    return all;
}

std::span<const register_bank *const> register_banks() noexcept {
    static const register_bank *const all[] = {&x86::general64,  &x86::general32, &x86::xmm,       &x86::ymm,
                                               &x86::zmm,        &x86::x87,       &x86::mmx,       &aarch64::general,
                                               &aarch64::vector, &riscv::general, &riscv::floating};
    return all;
}

} // namespace cbf::abi
