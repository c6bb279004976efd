// Handlers that use what only x86 has, and what a handler runs with.
#include "exactness_fixture.hpp"
#include "register_use.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace exactness {
namespace {

// ---- Handlers that use the registers --------------------------------------------------------------

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesX87) {
    expect_untouched([](cbf_cpu &) {
        sum_of_thirds();
        sum_of_eight();
    });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesSse) {
    expect_untouched([](cbf_cpu &) { use_sse(); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesAvx) {
    expect_untouched([](cbf_cpu &) { use_wide_vectors(); });
    expect_untouched([](cbf_cpu &) { leave_wide_vectors(); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatUsesMmx) {
    expect_untouched([](cbf_cpu &) { use_mmx(); });
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatLeavesX87RegistersInUse) {
    for (const auto leave : x87_leavers)
        expect_untouched([leave](cbf_cpu &) { leave(); });
}

TEST_P(Exactness, AnEmptyX87ComesBackFromAHandlerThatLeavesX87RegistersInUse) {
    const std::size_t callers = cpu_has_xsave() ? 5 : 4;
    for (std::size_t n = 0; n < std::size(x87_leavers) * callers; ++n) {
        state in = random_state(random);
        in.fx.fcw = n % callers == 1 ? 0x27f : 0x37f;
        in.fx.fsw = 0;
        in.fx.ftw = 0;
        in.x87_by = std::array<word, 5>{X87_BY_FXRSTOR, X87_BY_FXRSTOR, X87_BY_FNINIT, X87_BY_FLD_FSTP,
                                        X87_BY_XRSTOR}[n % callers];
        frame.call(in, [leave = x87_leavers[n / callers]](cbf_cpu &) { leave(); });
        ASSERT_EQ(frame.out().loaded.ftw, 0) << "exactness_call erred";
        ASSERT_TRUE(frame.got_everything_back()) << "handler " << n / callers << ", caller " << n % callers;
    }
}

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatSetsTheDirectionFlag) {
    expect_untouched([](cbf_cpu &) { use_string_instructions_backwards(); });
}

#if defined(__i386__) // where programs ask so whether there is a CPUID, and leave the flag as it is then

TEST_P(Exactness, UntouchedRegistersComeBackFromAHandlerThatChangesTheIdFlag) {
    expect_untouched([](cbf_cpu &) { asm volatile("pushf\n xorl $0x200000, (%%esp)\n popf" ::: "cc", "memory"); });
}

#endif

// ---- What a handler runs with ---------------------------------------------------------------------

TEST_P(Exactness, TheHandlerRunsWithDirectionAndAlignmentCheckOff) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        in.alignment = 8;
        in.rflags = set_flags | static_cast<word>(random() & (usual_flags | rare_flags));
        word inside = 0;
        frame.call(in, [&](cbf_cpu &) { asm volatile("pushf\n pop %0" : "=r"(inside)); });
        ASSERT_EQ(inside & (DF | AC), 0u) << "caller's flags " << in_hex(&in.rflags, 4);
    }
}

TEST_P(ExactnessOfX87, TheHandlerRunsWithAnEmptyStackAndNoPendingException) {
    for (int round = 0; round < rounds; ++round) {
        state in = random_state(random);
        if (round % 2 == 0)
            make_x87_exception_pending(random, in);
        fxsave_image inside{};
        frame.call(in, [&](cbf_cpu &) { inside = fxsave(); });
        ASSERT_EQ(inside.ftw, 0) << "round " << round;
        ASSERT_EQ(inside.fsw & x87_error_summary, 0) << "round " << round;
    }
}

TEST_P(Exactness, TheHandlerRunsWithTheControlWordsOfTheCaller) {
    for (int round = 0; round < rounds; ++round) {
        state in = random_caller(random);
        if (in.x87_by == X87_BY_FXRSTOR && round % 2 == 0)
            make_x87_exception_pending(random, in);
        else if (round % 4 == 1)
            in.fx.ftw = 0;
        fxsave_image inside{};
        frame.call(in, [&](cbf_cpu &) { inside = fxsave(); });
        ASSERT_EQ(inside.fcw, in.fx.fcw) << "round " << round;
        ASSERT_EQ(inside.mxcsr & ~sse_exceptions, in.fx.mxcsr & ~sse_exceptions) << "round " << round;
    }
}

TEST_P(ExactnessOfX87, LongDoubleArithmeticOfTheHandlerIsRight) {
    const long double expected = sum_of_thirds();
    for (int round = 0; round < rounds; ++round) {
        state in = random_state(random);
        in.fx.fcw = 0x37f;
        if (round % 4 == 0)
            set_initial_x87(in);
        long double thirds = 0;
        double eight = 0;
        frame.call(in, [&](cbf_cpu &) {
            thirds = sum_of_thirds();
            eight = sum_of_eight();
        });
        ASSERT_EQ(thirds, expected) << "round " << round;
        ASSERT_EQ(eight, 36) << "round " << round;
    }
}

TEST_P(Exactness, TheHandlerRunsWithAnAlignedStack) {
    for (unsigned alignment = 0; alignment < 16; ++alignment) {
        state in = random_state(random);
        in.alignment = alignment;
        std::uintptr_t at = 1;
        frame.call(in, [&](cbf_cpu &cpu) { at = reinterpret_cast<std::uintptr_t>(&cpu); });
        ASSERT_EQ(at % 64, 0u) << "RSP % 16 = " << alignment;
    }
}

TEST_P(Exactness, ACallTakesNoMoreStackThanTheFrameSays) {
    std::size_t most = 0;
    for (unsigned round = 0; round < 64; ++round) {
        *static_cast<volatile char *>(__builtin_alloca(16)) = 0; // so that RSP takes every value modulo 64
        state in = random_state(random);
        in.alignment = round % 16;
        frame.call(in, [&](cbf_cpu &cpu) {
            const std::uintptr_t handler_return_address =
                reinterpret_cast<std::uintptr_t>(&cpu) - handler_stack - sizeof(void *);
            most = std::max<std::size_t>(most, cpu.GPR[SP].u + sizeof(void *) - handler_return_address);
        });
    }
    EXPECT_LE(most, cbframe::frame_stack_size(frame.level()));
}

TEST_P(Exactness, WideHasTheComponentsOfThisCpu) {
    frame.call(random_caller(random));
    EXPECT_EQ(frame.seen().components, frame.components() & mode_components);
}

TEST_P(Exactness, APointerToWideThatTheHandlerOverwritesDoesNoHarm) {
    frame.call(random_caller(random), [](cbf_cpu &cpu) {
        if (cpu.wide != nullptr)
            cpu.wide->components = 0;
        cpu.wide = nullptr;
    });
    EXPECT_TRUE(frame.got_everything_back());
}

} // namespace
} // namespace exactness
