// The compiler's word that frame_offsets.h and the C structs agree; how much stack a call takes.
#include "arch/arch.hpp"
#include "arch/riscv64/frame_offsets.h"

#include <cbframe/cbframe.h>

#include <cstddef>

using cbf::arch::tap_call;

#define AT(structure, field, offset) static_assert(offsetof(structure, field) == (offset))

AT(cbf_cpu, X0, CPU_X(0));
AT(cbf_cpu, X31, CPU_X(31));
AT(cbf_cpu, T6, CPU_X(31));
AT(cbf_cpu, F0, CPU_F(0));
AT(cbf_cpu, F31, CPU_F(31));
AT(cbf_cpu, FT11, CPU_F(31));
AT(cbf_cpu, FCSR, CPU_FCSR);
AT(cbf_cpu, wide, CPU_WIDE);

static_assert(CPU_TAP == CPU_SIZE && CPU_TAP + sizeof(tap_call) <= CPU_END && CPU_END % 16 == 0);
static_assert(CPU_TAP + offsetof(tap_call, way) == CPU_TAP_WAY);
static_assert(CPU_TAP + offsetof(tap_call, slot) == CPU_TAP_RECORD);
static_assert(offsetof(cbf::arch::tap, original) == TAP_ORIGINAL);
static_assert(sizeof(cbf_wide) == WIDE_SIZE && WIDE_SIZE % 16 == 0);
static_assert(sizeof(cbf_cpu) == CPU_SIZE && CPU_SIZE % 16 == 0);

namespace cbf::arch {

std::size_t stack_size(cbf_level level) noexcept {
    return FRAME_ABOVE + CPU_END + (level == CBF_LEVEL_ALL ? WIDE_SIZE : 0);
}

} // namespace cbf::arch
