#include "xsave_frame.hpp"

#include <cpuid.h>

#include <cstdint>

extern "C" {
[[gnu::visibility("hidden")]] std::uint32_t bench_xsave_components;
[[gnu::visibility("hidden")]] std::uint64_t bench_xsave_size;
[[gnu::visibility("hidden")]] cbf_handler bench_xsave_handler = bench::add;
}

namespace bench {

// Intel SDM vol. 1, 13.2; components as in 13.1: x87, SSE, AVX and the three of AVX-512.
bool xsave_frame::supported() noexcept {
    constexpr unsigned osxsave = 1u << 27, avx = 1u << 28, xsavec = 1u << 1, level_all = 0xe7;
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & osxsave) == 0 || (c & avx) == 0)
        return false;
    if (!__get_cpuid_count(13, 1, &a, &b, &c, &d) || (a & xsavec) == 0)
        return false;
    bench_xsave_size = b;
    std::uint32_t enabled, high;
    asm volatile("xgetbv" : "=a"(enabled), "=d"(high) : "c"(0));
    bench_xsave_components = enabled & level_all;
    return true;
}

} // namespace bench
