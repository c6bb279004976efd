// Frames whose callers a compiler made.
#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <cfenv>

namespace {

using cbframe::cpu;

TEST(Compiled, AFrameKeepsTheRoundingModesOfItsCaller) {
    const cbframe::frame nothing([](cpu &) { std::fesetround(FE_TONEAREST); });
    auto *const function = nothing.as<void()>();
    for (const int mode : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
        std::fesetround(mode);
        function();
        const int kept = std::fegetround();
        std::fesetround(FE_TONEAREST);
        EXPECT_EQ(kept, mode);
    }
}

TEST(Compiled, FlagsOfAHandlerDoNotReachItsCaller) {
    const cbframe::frame divide([](cpu &) { std::feraiseexcept(FE_ALL_EXCEPT); });
    std::feclearexcept(FE_ALL_EXCEPT);
    divide.as<void()>()();
    const int raised = std::fetestexcept(FE_ALL_EXCEPT);
    std::feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(raised, 0);
}

} // namespace
