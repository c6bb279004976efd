// What is inlined of arch.hpp: both widths of x86.
#pragma once

#include "arch/record.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace cbf::arch {

// One access changes both halves of a target.
inline void store(record &to, target value) noexcept;
inline constexpr bool stores_whole = true;
inline void trap(record &freed, target to) noexcept { store(freed, to); }
inline void store_pair(record &to, const target *pair) noexcept { store(to, *pair); }
inline target *pair_of(const record &) noexcept { return nullptr; }

using frame_entry = void (*)();
inline constexpr frame_entry entries[] = {cbf_entry_legacy, cbf_entry_all, cbf_entry_sse};
inline constexpr frame_entry tap_entries[] = {cbf_tap_legacy, cbf_tap_all, cbf_tap_sse};
static_assert(CBF_LEVEL_LEGACY == 0 && CBF_LEVEL_ALL == 1 && CBF_LEVEL_SSE == 2);

inline void wait_a_moment() noexcept { __builtin_ia32_pause(); }

namespace x86 {

/// Where RSP or ESP is in cbf_cpu::GPR, as Intel counts.
inline constexpr std::size_t stack_pointer = 4;

} // namespace x86

inline std::uintptr_t stack_pointer(const cbf_cpu &cpu) noexcept { return cpu.GPR[x86::stack_pointer].u; }

inline std::uintptr_t return_address(const cbf_cpu &cpu) noexcept {
    std::uintptr_t found;
    std::memcpy(&found, cpu.GPR[x86::stack_pointer].p, sizeof(found));
    return found;
}

inline constexpr bool returns_by_stack = true;

inline void pop(cbf_cpu &cpu, std::size_t bytes) noexcept {
    auto *const stack = static_cast<unsigned char *>(cpu.GPR[x86::stack_pointer].p);
    void *return_address;
    std::memcpy(&return_address, stack, sizeof(return_address));
    std::memcpy(stack + bytes, &return_address, sizeof(return_address));
    cpu.GPR[x86::stack_pointer].p = stack + bytes;
}

} // namespace cbf::arch
