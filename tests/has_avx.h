#ifndef CBFRAME_TESTS_HAS_AVX_H
#define CBFRAME_TESTS_HAS_AVX_H

#include <cpuid.h>

#include <stdbool.h>
#include <stdint.h>

/* Whether this CPU and its system have AVX: Intel SDM vol. 1, 14.3. Not __builtin_cpu_supports, whose table Zig's
 * linker for macOS has not. */
static inline bool has_avx(void) {
    const unsigned osxsave = 1u << 27, avx = 1u << 28, xmm_and_ymm = 6;
    unsigned eax, ebx, ecx, edx;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (~ecx & (osxsave | avx)) != 0)
        return false;
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (~low & xmm_and_ymm) == 0;
}

#endif
