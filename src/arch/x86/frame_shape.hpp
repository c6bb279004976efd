// The compiler's word that the offsets of either width agree with the C structs, as far as both widths are alike: to be
// included behind those offsets.
#pragma once

#include "arch/arch.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>

#define AT(structure, field, offset) static_assert(offsetof(structure, field) == (offset))

AT(cbf_cpu, EFLAGS, CPU_EFLAGS);
AT(cbf_cpu, wide, CPU_WIDE);
AT(cbf_cpu, FCW, CPU_FXSAVE);
AT(cbf_cpu, FCW, CPU_FCW);
AT(cbf_cpu, FSW, CPU_FSW);
AT(cbf_cpu, FTWX, CPU_FTWX);
AT(cbf_cpu, FIP, CPU_FIP);
AT(cbf_cpu, MXCSR, CPU_MXCSR);
AT(cbf_cpu, MXCSR_MASK, CPU_MXCSR_MASK);
AT(cbf_cpu, FPR, CPU_FPR);
AT(cbf_cpu, XMM, CPU_XMM);
AT(cbf_wide, YMM_Hi128, WIDE_YMM_HI128);
AT(cbf_wide, ZMM_Hi256, WIDE_ZMM_HI256);
AT(cbf_wide, K, WIDE_K);
AT(cbf_wide, components, WIDE_COMPONENTS);

static_assert(sizeof(cbf_tword) == 16 && sizeof(cbf_dqword) == 16);
static_assert(sizeof(cbf_cpu) - CPU_FXSAVE == 512 && CPU_FXSAVE % 16 == 0, "FXSAVE wants 512 bytes aligned to 16");
static_assert(sizeof(cbf_cpu) == CPU_TAP && CPU_TAP + sizeof(cbf::arch::tap_call) <= FRAME_CPU);
static_assert(CPU_TAP + offsetof(cbf::arch::tap_call, way) == CPU_TAP_WAY);
static_assert(CPU_TAP + offsetof(cbf::arch::tap_call, slot) == CPU_TAP_RECORD);
static_assert(offsetof(cbf::arch::tap, original) == TAP_ORIGINAL);
static_assert(FRAME_CPU % FRAME_ALIGN == 0);
static_assert(sizeof(cbf_wide) <= FRAME_WIDE && FRAME_WIDE % FRAME_ALIGN == 0);

namespace cbf::arch {

/// stack_size() of a system whose handlers' arguments take no stack.
constexpr std::size_t stack_size_without_arguments(cbf_level level) noexcept {
    constexpr std::size_t calls = 2 * sizeof(void *); // the return addresses of slot and handler
    const std::size_t wide = level == CBF_LEVEL_ALL ? FRAME_WIDE : 0;
    return calls + FRAME_ABOVE + FRAME_KEPT + FRAME_CPU + wide + FRAME_ALIGN;
}

} // namespace cbf::arch
