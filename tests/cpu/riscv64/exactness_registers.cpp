// What only 64-bit RISC-V has: FCSR, and X0.
#include "exactness_fixture.hpp"

#include <cfenv>

namespace exactness {
namespace {

TEST_P(Exactness, EveryValueOfFcsrIsExact) {
    for (word value = 0; value < rounding_modes << rounding_shift; ++value) {
        state in = random_state(random), written = in;
        written.fcsr = value;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "FCSR " << value;
        frame.call(written);
        ASSERT_TRUE(frame.saw_everything()) << "FCSR " << value;
        ASSERT_TRUE(frame.got_everything_back()) << "FCSR " << value;
    }
}

TEST_P(Exactness, BitsThatTheCpuDoesNotHaveAreDropped) {
    const state in = random_state(random);
    frame.call(in, [](cbf_cpu &cpu) {
        cpu.FCSR.val |= ~word{0xff};
        cpu.X0.u = 1;
    });
    EXPECT_TRUE(frame.got_everything_back());
}

TEST_P(Exactness, X0IsZero) {
    frame.call(random_state(random));
    EXPECT_EQ(frame.seen().gpr[X0], 0U);
}

TEST_P(Exactness, TheHandlerRunsWithTheRoundingModeOfTheCaller) {
    for (int round = 0; round < rounds / 4; ++round) {
        const state in = random_state(random);
        word inside = 0;
        frame.call(in, [&](cbf_cpu &) { asm volatile("frrm %0" : "=r"(inside)); });
        ASSERT_EQ(inside, in.fcsr >> rounding_shift) << "round " << round;
    }
}

TEST_P(Exactness, APointerToWideThatTheHandlerOverwritesDoesNoHarm) {
    frame.call(random_state(random), [](cbf_cpu &cpu) { cpu.wide = nullptr; });
    EXPECT_TRUE(frame.got_everything_back());
}

TEST_P(Exactness, ACallTakesAsMuchStackAsTheFrameSays) {
    std::size_t bytes = 0;
    frame.call(random_state(random), [&](cbf_cpu &cpu) { bytes = cpu.SP.u - reinterpret_cast<std::uintptr_t>(&cpu); });
    EXPECT_EQ(bytes, cbframe::frame_stack_size(frame.level()));
}

TEST(Compiled, AHandlerSetsExceptionFlagsOfItsCaller) {
    const cbframe::frame divide([](cpu &cpu) { cpu.FCSR.DZ = 1; });
    std::feclearexcept(FE_ALL_EXCEPT);
    divide.as<void()>()();
    const int raised = std::fetestexcept(FE_ALL_EXCEPT);
    std::feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(raised, FE_DIVBYZERO);
}

// RISC-V ELF psABI, 1.1 and 1.2.
TEST(Cpu, RegistersHaveTwoNames) {
    cpu cpu{};
    const cbf_qword *const general[] = {&cpu.ZERO, &cpu.RA, &cpu.SP,  &cpu.GP,  &cpu.TP, &cpu.T0, &cpu.T1, &cpu.T2,
                                        &cpu.S0,   &cpu.S1, &cpu.A0,  &cpu.A1,  &cpu.A2, &cpu.A3, &cpu.A4, &cpu.A5,
                                        &cpu.A6,   &cpu.A7, &cpu.S2,  &cpu.S3,  &cpu.S4, &cpu.S5, &cpu.S6, &cpu.S7,
                                        &cpu.S8,   &cpu.S9, &cpu.S10, &cpu.S11, &cpu.T3, &cpu.T4, &cpu.T5, &cpu.T6};
    const cbf_qword *const floating[] = {
        &cpu.FT0, &cpu.FT1, &cpu.FT2, &cpu.FT3, &cpu.FT4,  &cpu.FT5,  &cpu.FT6, &cpu.FT7, &cpu.FS0,  &cpu.FS1, &cpu.FA0,
        &cpu.FA1, &cpu.FA2, &cpu.FA3, &cpu.FA4, &cpu.FA5,  &cpu.FA6,  &cpu.FA7, &cpu.FS2, &cpu.FS3,  &cpu.FS4, &cpu.FS5,
        &cpu.FS6, &cpu.FS7, &cpu.FS8, &cpu.FS9, &cpu.FS10, &cpu.FS11, &cpu.FT8, &cpu.FT9, &cpu.FT10, &cpu.FT11};
    for (unsigned n = 0; n < 32; ++n) {
        EXPECT_EQ(general[n], &cpu.GPR[n]) << n;
        EXPECT_EQ(floating[n], &cpu.FPR[n]) << n;
    }
}

} // namespace
} // namespace exactness
