// What the assembly needs to know of this CPU, found once, and what it calls when a handler errs.
#include "arch/arch.hpp"
#include "arch/x86/numbers.h"

#include <cbframe/cbframe.h>

#include "error/abort.hpp"

#include <cpuid.h>

#include <cstdint>

extern "C" {
// Safe until detect() has run: ask for no component of cbf_wide.
[[gnu::visibility("hidden")]] std::uint32_t cbf_x86_components = 0;
[[gnu::visibility("hidden")]] std::uint32_t cbf_x86_mxcsr_mask = 0xffbf; // Intel SDM vol. 1, 11.6.6

[[noreturn, gnu::visibility("hidden")]] void cbf_entry_bad_rsp(const cbf_cpu *cpu) {
    cbf::error::abort("cbframe: a handler lowered the stack pointer to ", cbf::arch::stack_pointer(*cpu),
                      ", into the state of the call itself");
}
}

namespace {

struct registers {
    unsigned eax, ebx, ecx, edx;
};

registers cpuid(unsigned leaf, unsigned subleaf) {
    registers r{};
    __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
    return r;
}

std::uint32_t xcr0() {
    std::uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

std::uint32_t mxcsr_mask() {
    alignas(16) std::uint32_t image[128] = {};
    asm volatile("fxsave %0" : "=m"(image));
    constexpr std::size_t position = 28 / sizeof(image[0]); // Intel SDM vol. 1, 10.5.1
    return image[position] != 0 ? image[position] : cbf_x86_mxcsr_mask;
}

// Intel SDM vol. 1, 13.2 (XSAVE), 14.3 (AVX), 15.2 (AVX-512). The k registers are
// stored whole, which takes AVX512BW.
[[gnu::constructor(101)]] void detect() {
    constexpr unsigned osxsave = 1u << 27, avx512bw = 1u << 30;
    cbf_x86_mxcsr_mask = mxcsr_mask();
    if ((cpuid(1, 0).ecx & osxsave) == 0)
        return;
    const std::uint32_t enabled = xcr0();
    if ((enabled & COMPONENT_AVX) != 0)
        cbf_x86_components |= COMPONENT_AVX;
    if ((enabled & COMPONENTS_AVX512) == COMPONENTS_AVX512 && (cpuid(7, 0).ebx & avx512bw) != 0)
        cbf_x86_components |= COMPONENTS_AVX512;
}

} // namespace
