// Frames of x86 whose callers a compiler made.
#include "exactness_state.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <cfenv>
#include <cstring>

namespace exactness {
namespace {

long first_argument(const cpu &cpu) {
    if constexpr (passes_in_registers)
        return static_cast<long>(cpu.GPR[first_register].i);
    else
        return static_cast<const long *>(cpu.GPR[SP].p)[1];
}

TEST(Compiled, AFrameReturnsALongDouble) {
    if (cbframe::prepared_signature(cbframe::signature::of<long double()>()).layout().result.by_pointer)
        GTEST_SKIP() << "this system's C returns it in memory";
    const cbframe::frame half([](cpu &cpu) {
        const long double result = static_cast<long double>(first_argument(cpu)) / 2 + 0x1p-60L;
        cpu.FSW.TOP = 7;
        cpu.FTWX.FP0 = 1;
        std::memcpy(&cpu.FPR[0], &result, 10);
    });
    auto *const function = half.as<long double(long)>();
    for (long n = 0; n < 100; ++n)
        ASSERT_EQ(function(n), static_cast<long double>(n) / 2 + 0x1p-60L);
}

TEST(Compiled, ReservedBitsOfMxcsrAreDroppedWhateverFlagsTheHandlerLeaves) {
    const cbframe::frame frames[] = {cbframe::frame([](cpu &cpu) {
                                         cpu.MXCSR.val |= 0x80000000;
                                         asm volatile("cmp %%eax, %%eax" ::: "cc");
                                     }),
                                     cbframe::frame([](cpu &cpu) {
                                         cpu.MXCSR.val |= 0x80000000;
                                         asm volatile("or $1, %%eax" ::: "cc", "eax");
                                     })};
    for (const cbframe::frame &each : frames)
        each.as<void()>()();
}

TEST(Compiled, AHandlerSetsExceptionFlagsOfItsCaller) {
    const cbframe::frame divide([](cpu &cpu) { cpu.MXCSR.ZE = 1; });
    std::feclearexcept(FE_ALL_EXCEPT);
    divide.as<void()>()();
    const int raised = std::fetestexcept(FE_ALL_EXCEPT);
    std::feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(raised, FE_DIVBYZERO);
}

} // namespace
} // namespace exactness
