// Handlers that use the registers.
#include "exactness_fixture.hpp"
#include "register_use.hpp"

#include <cfenv>

namespace exactness {
namespace {

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatRoundsUpwards) {
    expect_untouched([](cbf_cpu &) { std::fesetround(FE_UPWARD); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatResetsTheFloatingPointEnvironment) {
    expect_untouched([](cbf_cpu &) { std::fesetenv(FE_DFL_ENV); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatRaisesExceptionFlags) {
    expect_untouched([](cbf_cpu &) { std::feraiseexcept(FE_ALL_EXCEPT); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesGeneralRegisters) {
    expect_untouched([](cbf_cpu &) { use_general_registers(); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesEveryRegister) {
    expect_untouched([](cbf_cpu &) { use_every_register(); });
}

TEST_P(Exactness, WhatTheHandlerWritesComesBackWhateverItUsesAfterwards) {
    for (int round = 0; round < rounds / 2; ++round) {
        const state written = random_state(random);
        frame.call(random_caller(random), [&](cbf_cpu &cpu) {
            write(written, cpu);
            std::fesetround(FE_DOWNWARD);
            use_every_register();
        });
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_P(Exactness, WideIsThereAtLevelAllOnly) {
    bool is_there = false;
    frame.call(random_caller(random), [&](cbf_cpu &cpu) { is_there = cpu.wide != nullptr; });
    EXPECT_EQ(is_there, frame.level() == level::all);
}

} // namespace
} // namespace exactness
