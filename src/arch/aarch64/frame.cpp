// The compiler's word that frame_offsets.h and the C structs agree; how much stack a call takes.
#include "arch/aarch64/frame_offsets.h"
#include "arch/arch.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>

using cbf::arch::tap_call;

#define AT(structure, field, offset) static_assert(offsetof(structure, field) == (offset))

AT(cbf_cpu, X0, CPU_X(0));
AT(cbf_cpu, X30, CPU_X(30));
AT(cbf_cpu, SP, CPU_SP);
AT(cbf_cpu, NZCV, CPU_NZCV);
AT(cbf_cpu, FPCR, CPU_FPCR);
AT(cbf_cpu, FPSR, CPU_FPSR);
AT(cbf_cpu, wide, CPU_WIDE);
AT(cbf_cpu, V, CPU_V);
AT(cbf_wide, P, WIDE_P);
AT(cbf_wide, FFR, WIDE_FFR);
AT(cbf_wide, vector_length, WIDE_VECTOR_LENGTH);

static_assert(CPU_TAP == CPU_SIZE && CPU_TAP + sizeof(tap_call) <= CPU_END && CPU_END % 16 == 0);
static_assert(CPU_TAP + offsetof(tap_call, way) == CPU_TAP_WAY);
static_assert(CPU_TAP + offsetof(tap_call, slot) == CPU_TAP_RECORD);
static_assert(offsetof(cbf::arch::tap, original) == TAP_ORIGINAL);
static_assert(sizeof(cbf_cpu) == CPU_SIZE && CPU_SIZE % 16 == 0);
static_assert(sizeof(cbf_wide) <= WIDE_SIZE && WIDE_SIZE % 16 == 0);
static_assert(sizeof(cbf_scalable) == WIDE_Z_SIZE && sizeof(cbf_predicate) == WIDE_P_SIZE);

namespace cbf::arch {

std::size_t stack_size(cbf_level level) noexcept {
    return FRAME_ABOVE + CPU_END + (level == CBF_LEVEL_ALL ? WIDE_SIZE : 0);
}

} // namespace cbf::arch
