// The compiler's word that frame_offsets.h and the C structs agree; how much stack a call takes.
#include "arch/arch.hpp"
#include "arch/x86_64/frame_offsets.h"
#include "calls.inc" // of the convention that handlers are called by

#include "arch/x86/frame_shape.hpp"

#include <cpuid.h>

#include <cstdint>

AT(cbf_cpu, RAX, CPU_RAX);
AT(cbf_cpu, RCX, CPU_RCX);
AT(cbf_cpu, RDX, CPU_RDX);
AT(cbf_cpu, RBX, CPU_RBX);
AT(cbf_cpu, RSP, CPU_RSP);
AT(cbf_cpu, RBP, CPU_RBP);
AT(cbf_cpu, RSI, CPU_RSI);
AT(cbf_cpu, RDI, CPU_RDI);
AT(cbf_cpu, R8, CPU_R8);
AT(cbf_cpu, R9, CPU_R9);
AT(cbf_cpu, R10, CPU_R10);
AT(cbf_cpu, R11, CPU_R11);
AT(cbf_cpu, R12, CPU_R12);
AT(cbf_cpu, R13, CPU_R13);
AT(cbf_cpu, R14, CPU_R14);
AT(cbf_cpu, R15, CPU_R15);
AT(cbf_cpu, FDP, CPU_FDP);
AT(cbf_wide, Hi16_ZMM, WIDE_HI16_ZMM);

extern "C" {
// Safe until detect() has run: take x87 for in use.
[[gnu::visibility("hidden")]] std::uint32_t cbf_x86_xinuse = 1;
// 0: where x87 is in its initial configuration, EMMS would have XGETBV say that it is in use.
[[gnu::visibility("hidden")]] std::uint32_t cbf_x86_emms = 1;
}

namespace {

bool emms_leaves_x87_initial() {
    alignas(64) std::uint8_t before[512];
    alignas(64) static const std::uint8_t initial[576] = {}; // an XSAVE area, with its header
    std::uint32_t in_use, high;
    asm volatile("fxsave64 %2\n\txrstor64 %3\n\temms\n\txgetbv\n\tfxrstor64 %2"
                 : "=a"(in_use), "=d"(high), "=m"(before)
                 : "m"(initial), "a"(1), "d"(0), "c"(1));
    return (in_use & 1) == 0;
}

// Intel SDM vol. 1, 13.2 (XGETBV with ECX=1).
[[gnu::constructor(101)]] void detect() {
    constexpr unsigned osxsave = 1u << 27, xgetbv_ecx1 = 1u << 2;
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & osxsave) == 0)
        return;
    if (__get_cpuid_count(13, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & xgetbv_ecx1) != 0) {
        cbf_x86_xinuse = 0;
        cbf_x86_emms = emms_leaves_x87_initial();
    }
}

} // namespace

namespace cbf::arch {

std::size_t stack_size(cbf_level level) noexcept { return stack_size_without_arguments(level) + HOME_SPACE; }

} // namespace cbf::arch
