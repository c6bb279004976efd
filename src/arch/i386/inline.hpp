// What is inlined of arch.hpp: i386.
#pragma once

#include "arch/record.hpp"
#include "arch/x86/inline.hpp"

#include <cstddef>

namespace cbf::arch {

inline constexpr std::size_t closure_offset = 44; // behind the va_list of cbf_v1_call

// Both halves in one access, as the entry of a frame loads them. That is one for other processors, too: Intel SDM vol.
// 3, 9.1.1; AMD64 vol. 2, 7.3.2.
using both_halves [[gnu::aligned(8), gnu::may_alias]] = std::uint64_t; // else aligned to 4

inline void store(record &to, target value) noexcept {
    const auto code = reinterpret_cast<std::uintptr_t>(value.code);
    const auto object = reinterpret_cast<std::uintptr_t>(value.object);
    __atomic_store_n(reinterpret_cast<both_halves *>(&to), std::uint64_t{object} << 32 | code, __ATOMIC_RELAXED);
}

ARCH_ONE_ACCESS inline target load(const record &from) noexcept {
    const std::uint64_t loaded = __atomic_load_n(reinterpret_cast<const both_halves *>(&from), __ATOMIC_RELAXED);
    return {reinterpret_cast<void (*)()>(static_cast<std::uintptr_t>(loaded & 0xffffffff)),
            reinterpret_cast<void *>(static_cast<std::uintptr_t>(loaded >> 32))};
}

} // namespace cbf::arch
