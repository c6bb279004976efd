#include <cbframe/abi.hpp>

#include <algorithm>

namespace cbframe::abi {

std::span<const convention *const> conventions() noexcept {
    static const convention *const all[] = {
        &sysv_x64,          &sysv_x64_avx,       &sysv_x64_sse,      &sysv_x64_darwin,    &ms_x64,
        &ms_x64_mingw,      &vectorcall_x64,     &cdecl_x86_sysv,    &stdcall_x86_sysv,   &fastcall_x86_sysv,
        &thiscall_x86_sysv, &cdecl_x86_mingw,    &stdcall_x86_mingw, &fastcall_x86_mingw, &thiscall_x86_mingw,
        &cdecl_x86_msvc,    &stdcall_x86_msvc,   &fastcall_x86_msvc, &thiscall_x86_msvc,  &vectorcall_x86_msvc,
        &cdecl_x86_darwin,  &stdcall_x86_darwin,
    };
    return all;
}

const convention *find_convention(std::string_view name) noexcept {
    const auto all = conventions();
    const auto found = std::ranges::find(all, name, [](const convention *each) { return each->name; });
    return found != all.end() ? *found : nullptr;
}

} // namespace cbframe::abi
