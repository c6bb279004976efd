// What is inlined of arch.hpp: 64-bit Arm.
#pragma once

#include "arch/two_words.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstdint>

namespace cbf::arch {

inline constexpr std::size_t closure_offset = 328; // of cbf_v1_call a va_list takes all

using frame_entry = void (*)();
inline constexpr frame_entry entries[] = {cbf_entry_legacy, cbf_entry_all};
inline constexpr frame_entry tap_entries[] = {cbf_tap_legacy, cbf_tap_all};
static_assert(CBF_LEVEL_LEGACY == 0 && CBF_LEVEL_ALL == 1);

inline void wait_a_moment() noexcept { asm volatile("yield"); }

inline std::uintptr_t stack_pointer(const cbf_cpu &cpu) noexcept { return cpu.SP.u; }

inline std::uintptr_t return_address(const cbf_cpu &cpu) noexcept { return cpu.X30.u; }

inline constexpr bool returns_by_stack = false;

inline void pop(cbf_cpu &cpu, std::size_t bytes) noexcept { cpu.SP.u += bytes; }

} // namespace cbf::arch
