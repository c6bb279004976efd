// What only x86 has: any alignment of the stack, flags, MXCSR.
#include "exactness_fixture.hpp"

namespace exactness {
namespace {

TEST_P(Exactness, AnyAlignmentOfTheStackWillDo) {
    for (unsigned alignment = 0; alignment < 16; ++alignment) {
        state in = random_caller(random);
        const state written = random_state(random);
        in.alignment = alignment;
        frame.call(in, answer(written));
        ASSERT_EQ(frame.out().called_sp % 16, alignment);
        ASSERT_TRUE(frame.saw_everything()) << "RSP % 16 = " << alignment;
        ASSERT_TRUE(frame.got(written)) << "RSP % 16 = " << alignment;
    }
}

TEST_P(Exactness, EachFlagAloneIsExact) {
    for (const word flag : {CF, PF, AF, ZF, SF, DF, OF, AC, ID, NT})
        for (const word others : {word{0}, usual_flags}) {
            state in = random_caller(random);
            in.alignment = 8;
            in.rflags = set_flags | (others ^ flag);
            frame.call(in);
            ASSERT_TRUE(frame.saw_everything()) << "flag " << in_hex(&flag, 4);
            ASSERT_TRUE(frame.got_everything_back()) << "flag " << in_hex(&flag, 4);
            frame.call(in, [flag](cbf_cpu &cpu) { cpu.EFLAGS.val ^= flag; });
            in.rflags ^= flag;
            ASSERT_TRUE(frame.got(in)) << "flag " << in_hex(&flag, 4) << " changed by the handler";
        }
}

TEST_P(Exactness, EveryCombinationOfStatusFlagsIsExact) {
    for (unsigned number = 0; number < 64; ++number) {
        state in = random_caller(random), written = in;
        unsigned left = number;
        written.rflags = set_flags | (in.rflags & DF);
        for (const word flag : {CF, PF, AF, ZF, SF, OF}) {
            written.rflags |= (left & 1) != 0 ? flag : 0;
            left >>= 1;
        }
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written));
        frame.call(written);
        ASSERT_TRUE(frame.saw_everything());
        ASSERT_TRUE(frame.got_everything_back());
    }
}

TEST_P(Exactness, AlignmentCheckAndOtherRareFlagsAreExact) { expect_exact(add_rare_flags); }

TEST_P(Exactness, FlagsThatUserCodeCannotChangeStayAsTheyAre) {
    constexpr word trap = 1 << 8;
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_caller(random);
        const auto written = static_cast<word>(random() & ~trap);
        in.alignment = round % 2 == 0 ? 0 : 8;
        frame.call(in, [written](cbf_cpu &cpu) { cpu.EFLAGS.val = written; });
        in.rflags = (written & (usual_flags | rare_flags)) | set_flags;
        ASSERT_TRUE(frame.got(in)) << "written: " << in_hex(&written, sizeof(written));
    }
}

TEST_P(Exactness, UnmaskedSseExceptionsAreExact) { expect_exact(unmask_sse_exceptions); }

TEST_P(Exactness, ReservedBitsOfMxcsrAreDropped) {
    for (unsigned bit = 0; bit < 32; ++bit) {
        if ((writable_mxcsr() >> bit & 1) != 0)
            continue;
        state in = random_caller(random);
        in.fx.mxcsr &= 0xffff; // no other high bit
        frame.call(in, [bit](cbf_cpu &cpu) { cpu.MXCSR.val |= 1u << bit; });
        ASSERT_TRUE(frame.got_everything_back()) << "bit " << bit;
    }
}

TEST_P(Exactness, TheMaskOfMxcsrIsThatOfTheCpu) {
    for (const word by : {word{X87_BY_FXRSTOR}, word{X87_BY_XRSTOR}}) {
        state in = random_state(random);
        in.x87_by = cpu_has_xsave() ? by : X87_BY_FXRSTOR;
        frame.call(in);
        ASSERT_EQ(frame.seen().fx.mxcsr_mask, writable_mxcsr());
    }
}

TEST_P(Exactness, PopLeavesRareFlagsExact) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_caller(random), written = random_state(random);
        add_rare_flags(random, in);
        add_rare_flags(random, written);
        frame.call(in, [&](cbf_cpu &cpu) {
            cbf_cpu_pop(&cpu, 16);
            write(written, cpu);
        });
        ASSERT_TRUE(frame.got(written, 16)) << "round " << round;
    }
}

} // namespace
} // namespace exactness
