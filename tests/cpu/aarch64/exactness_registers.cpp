// What only 64-bit Arm has: its flags, FPCR, FPSR, and SVE.
#include "exactness_fixture.hpp"

#include <cfenv>

namespace exactness {
namespace {

TEST_P(Exactness, EveryCombinationOfFlagsIsExact) {
    for (word flags = 0; flags < 16; ++flags) {
        state in = random_state(random), written = in;
        written.nzcv = flags << 28;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "flags " << flags;
        frame.call(written);
        ASSERT_TRUE(frame.saw_everything()) << "flags " << flags;
        ASSERT_TRUE(frame.got_everything_back()) << "flags " << flags;
    }
}

void expect_each_bit(caller &frame, bits &random, word state::*member, word writable) {
    for (unsigned bit = 0; bit < 32; ++bit) {
        if ((writable >> bit & 1) == 0)
            continue;
        state in = random_state(random);
        in.*member = word{1} << bit;
        frame.call(in);
        ASSERT_TRUE(frame.saw_everything()) << "bit " << bit;
        ASSERT_TRUE(frame.got_everything_back()) << "bit " << bit;
        state written = in;
        written.*member ^= word{1} << bit;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "bit " << bit << " changed by the handler";
    }
}

TEST_P(Exactness, EachBitOfFpcrAloneIsExact) { expect_each_bit(frame, random, &state::fpcr, writable_fpcr()); }

TEST_P(Exactness, EachBitOfFpsrAloneIsExact) { expect_each_bit(frame, random, &state::fpsr, writable_fpsr()); }

TEST_P(Exactness, BitsThatTheCpuDoesNotHaveAreDropped) {
    const state in = random_state(random);
    frame.call(in, [](cbf_cpu &cpu) {
        cpu.NZCV.val |= 0xffffffff0fffffff;
        cpu.FPSR.val |= ~writable_fpsr();
    });
    EXPECT_TRUE(frame.got_everything_back());
}

TEST_P(Exactness, TheHandlerRunsWithTheControlWordOfTheCaller) {
    for (int round = 0; round < rounds / 4; ++round) {
        const state in = random_state(random);
        word inside = 0;
        frame.call(in, [&](cbf_cpu &) { asm volatile("mrs %0, fpcr" : "=r"(inside)); });
        ASSERT_EQ(inside, in.fpcr) << "round " << round;
    }
}

TEST_P(Exactness, WideHasTheVectorsOfThisCpu) {
    if (cpu_components() == 0)
        GTEST_SKIP() << "this CPU has no SVE";
    std::cout << "vectors of " << cpu_components() << " bytes\n";
    frame.call(random_state(random));
    EXPECT_EQ(frame.seen().vector_length, frame.components());
}

TEST_P(Exactness, APointerToWideThatTheHandlerOverwritesDoesNoHarm) {
    frame.call(random_state(random), [](cbf_cpu &cpu) {
        if (cpu.wide != nullptr)
            cpu.wide->vector_length = 0;
        cpu.wide = nullptr;
    });
    EXPECT_TRUE(frame.got_everything_back());
}

TEST_P(Exactness, ACallTakesAsMuchStackAsTheFrameSays) {
    std::size_t bytes = 0;
    frame.call(random_state(random), [&](cbf_cpu &cpu) { bytes = cpu.SP.u - reinterpret_cast<std::uintptr_t>(&cpu); });
    EXPECT_EQ(bytes, cbframe::frame_stack_size(frame.level()));
}

TEST(Compiled, AHandlerSetsExceptionFlagsOfItsCaller) {
    const cbframe::frame divide([](cpu &cpu) { cpu.FPSR.DZC = 1; });
    std::feclearexcept(FE_ALL_EXCEPT);
    divide.as<void()>()();
    const int raised = std::fetestexcept(FE_ALL_EXCEPT);
    std::feclearexcept(FE_ALL_EXCEPT);
    EXPECT_EQ(raised, FE_DIVBYZERO);
}

} // namespace
} // namespace exactness
