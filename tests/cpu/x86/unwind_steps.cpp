// The call frame information of frames' slots and entries is right at every single instruction.
#include "native.h"
#include "other_cpu.hpp"
#include "signal_handler_posix.hpp"
#include "unwind_further.hpp"
#include "unwind_stepping.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace unwinding {

void Stepping::expect_unwindable(const state &in, const stepped_call &call) {
    const auto target = make(call.act ? call.act : [](cbf_cpu &) {});
    single_step steps(target->address(), call.initial_x87);
    steps.run(in, call.written != nullptr ? *call.written : in, call.popped, call.other_rsp);
    EXPECT_EQ(steps.failures(), "");
    EXPECT_GT(steps.instructions(), 100u) << "steps were missed";
    EXPECT_TRUE(steps.goes_on());
}

namespace {

INSTANTIATE_TEST_SUITE_P(Frames, Stepping, testing::ValuesIn(frame_kinds_in_record), name_of);

TEST_P(Stepping, APlainCall) { expect_unwindable(random_state(random), {.initial_x87 = true}); }

// The sort of handler that most are: it reads registers and returns a value.
TEST_P(Stepping, APlainCallPaysForNothingRare) {
    const auto target = make([](cbf_cpu &cpu) {
        native_return(&cpu, 1);
        cpu.XMM[0].lo.u = 2;
        cpu.EFLAGS.val ^= CF | OF;
    });
    const state in = random_state(random);
    single_step steps(target->address(), true);
    steps.run(in, in, 0, 0);
    EXPECT_FALSE(steps.has_executed(single_step::popfq));
#if defined(__x86_64__) // where something cheaper tells whether it is in use
    EXPECT_FALSE(steps.has_executed(single_step::whole_x87));
#endif
}

TEST_P(Stepping, ACpuOfTheYear2003ExecutesNoInstructionThatItHasNot) {
    const other_cpu without_avx(cbf_x86_components, 0);
#if defined(__x86_64__)
    const other_cpu without_xgetbv1(cbf_x86_xinuse, 1);
#endif
    const auto target = make([](cbf_cpu &) {});
    const state in = random_state(random);
    single_step steps(target->address(), false);
    steps.run(in, in, 0, 0);
    EXPECT_EQ(steps.failures(), "");
    EXPECT_FALSE(steps.has_executed(single_step::xgetbv));
    EXPECT_FALSE(steps.has_executed(single_step::xrstor));
    EXPECT_FALSE(steps.has_executed(single_step::avx));
}

TEST_P(Stepping, TheHandlerDoesNotSeeTheTrapFlag) {
    for (const word flags : {word{0}, DF, ID}) {
        state in = random_state(random);
        in.rflags |= flags;
        bool is_seen = true;
        expect_unwindable(in, {.act = [&](cbf_cpu &cpu) { is_seen = cpu.EFLAGS.TF; }});
        EXPECT_FALSE(is_seen);
    }
}

TEST_P(Stepping, AHandlerCanBeginIt) {
    const auto target = make([](cbf_cpu &cpu) { cpu.EFLAGS.TF = 1; });
    state in = random_state(random), out{};
    static int traps;
    traps = 0;
    const signal_handler counting(
        SIGTRAP, +[](int) { ++traps; });
    exactness_call(&in, &out, target->address());
    EXPECT_NE(out.rflags & TF, 0u);
    EXPECT_GT(traps, 5);
}

TEST_P(Stepping, ACallWithTheX87InUse) { expect_unwindable(random_state(random), {}); }

TEST_P(Stepping, ACallWithAnotherX87ControlWord) {
    state in = random_state(random);
    in.fx.fcw = 0x27f;
    expect_unwindable(in, {});
}

TEST_P(Stepping, ACallWithValuesOnTheX87Stack) {
    state in = random_state(random);
    put_values_on_the_x87_stack(in);
    expect_unwindable(in, {});
}

TEST_P(Stepping, ACallWithAPendingX87Exception) {
    state in = random_state(random);
    make_x87_exception_pending(in);
    expect_unwindable(in, {});
}

TEST_P(Stepping, ACallWithTheDirectionFlagSet) {
    state in = random_state(random);
    in.rflags |= DF;
    expect_unwindable(in, {});
}

TEST_P(Stepping, ACallWithAnOddStackPointer) {
    for (const unsigned alignment : {1u, 4u, 7u, 15u}) {
        state in = random_state(random);
        in.alignment = alignment;
        expect_unwindable(in, {.initial_x87 = true});
        expect_unwindable(in, {.act = [](cbf_cpu &cpu) { cpu.EFLAGS.ID ^= 1; }});
    }
}

TEST_P(Stepping, ACallWithAnUpperHalfInUse) {
    state in = random_state(random);
    if (in.components == 0)
        GTEST_SKIP() << "this CPU has no AVX";
    set_an_upper_half(in);
    expect_unwindable(in, {});
}

TEST_P(Stepping, AHandlerThatChangesStatusFlags) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &cpu) { cpu.EFLAGS.val ^= CF | OF; }});
}

TEST_P(Stepping, AHandlerThatChangesOtherFlags) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &cpu) { cpu.EFLAGS.val ^= ID; }});
}

TEST_P(Stepping, AHandlerThatSetsReservedBitsOfMxcsr) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &cpu) { cpu.MXCSR.val |= 0x80000000; }});
}

TEST_P(Stepping, AHandlerThatReturnsAValueOnTheX87Stack) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &cpu) {
                          cpu.FSW.TOP = 7;
                          cpu.FTWX.FP0 = 1;
                      }});
}

TEST_P(Stepping, AHandlerThatUsesTheX87) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &) {
                          volatile long double third = 1;
                          third = third / 3;
                      }});
}

TEST_P(Stepping, AHandlerThatLeavesMmxRegistersInUse) {
    const auto leave = [](cbf_cpu &) { asm volatile("pcmpeqd %%mm0, %%mm0" ::: "mm0"); };
    expect_unwindable(random_state(random), {.act = leave, .initial_x87 = true});
#if defined(__x86_64__)
    const other_cpu where_emms_puts_x87_to_use(cbf_x86_emms, 0);
    expect_unwindable(random_state(random), {.act = leave, .initial_x87 = true});
    expect_unwindable(random_state(random), {.act = leave});
#endif
}

TEST_P(Stepping, AHandlerThatPopsArguments) {
    for (const unsigned popped : {8u, 16u, 24u, 32u, 40u, 64u, 4096u})
        expect_unwindable(random_state(random),
                          {.act = [popped](cbf_cpu &cpu) { cbf_cpu_pop(&cpu, popped); }, .popped = popped});
}

TEST_P(Stepping, AHandlerThatWritesEveryRegister) {
    for (const word other_flags : {word{0}, ID, DF}) {
        const state in = random_state(random), written = random_state(random);
        const auto write = [&](cbf_cpu &cpu) {
            const auto stack_pointer = cpu.GPR[exactness::SP];
            std::memcpy(cpu.GPR, written.gpr, sizeof(cpu.GPR));
            cpu.GPR[exactness::SP] = stack_pointer;
            cpu.EFLAGS.val ^= other_flags;
        };
        expect_unwindable(in, {.act = write, .written = &written});
    }
}

TEST_P(Stepping, AHandlerThatMovesToAnotherStack) {
    alignas(16) unsigned char above[4096];
    const auto below = std::make_unique<unsigned char[]>(sizeof(above));
    for (unsigned char *const stack : {above, below.get()}) {
        unsigned char *const top = stack + sizeof(above) - 64;
        const auto move = [top](cbf_cpu &cpu) {
            std::memcpy(top, cpu.GPR[exactness::SP].p, sizeof(void *));
            cpu.GPR[exactness::SP].p = top;
        };
        expect_unwindable(random_state(random),
                          {.act = move, .other_rsp = reinterpret_cast<std::uintptr_t>(top) + sizeof(void *)});
    }
}

class FurtherMappingSteppingDeathTest : public Stepping {};

INSTANTIATE_TEST_SUITE_P(Frames, FurtherMappingSteppingDeathTest, testing::ValuesIn(frame_kinds_in_record), name_of);

// No call frame information belongs to these slots: a signal that comes in the five instructions of a
// slot and its page's tail cannot be unwound.
TEST_P(FurtherMappingSteppingDeathTest, DISABLED_EveryInstructionOfAPlainCall) {
    const auto run = [this] {
        const auto others = use_up_the_image(GetParam());
        expect_unwindable(random_state(random), {.initial_x87 = true});
        std::_Exit(HasFailure() ? 1 : 0);
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace unwinding
