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

/* The same of AVX-512: 15.2. */
static inline bool has_avx512(void) {
    const unsigned avx512f = 1u << 16, with_zmm = 0xe6;
    unsigned eax, ebx, ecx, edx;
    if (!has_avx() || __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || (ebx & avx512f) == 0)
        return false;
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (~low & with_zmm) == 0;
}

#endif
