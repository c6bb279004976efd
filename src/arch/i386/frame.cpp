// The compiler's word that frame_offsets.h and the C structs agree; how much stack a call takes.
#include "arch/arch.hpp"
#include "arch/i386/frame_offsets.h"

#include "arch/x86/frame_shape.hpp"

AT(cbf_cpu, EAX, CPU_EAX);
AT(cbf_cpu, ECX, CPU_ECX);
AT(cbf_cpu, EDX, CPU_EDX);
AT(cbf_cpu, EBX, CPU_EBX);
AT(cbf_cpu, ESP, CPU_ESP);
AT(cbf_cpu, EBP, CPU_EBP);
AT(cbf_cpu, ESI, CPU_ESI);
AT(cbf_cpu, EDI, CPU_EDI);

namespace cbf::arch {

std::size_t stack_size(cbf_level level) noexcept { return stack_size_without_arguments(level) + FRAME_ARGUMENTS; }

} // namespace cbf::arch
