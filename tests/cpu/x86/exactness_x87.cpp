// What is promised of the x87: control, status and tag word, and the registers that the tag word calls
// non-empty. Not FOP, FIP and FDP, nor what is in empty registers.
#include "exactness_fixture.hpp"
#include "other_cpu.hpp"
#include "register_use.hpp"

#include <cstring>
#include <iterator>

namespace exactness {
namespace {

INSTANTIATE_TEST_SUITE_P(Frames, ExactnessOfX87,
                         testing::ValuesIn(kinds_of(2,
                                                    {handler_place::record, handler_place::heap, handler_place::c_api,
                                                     handler_place::tap, handler_place::c_tap})),
                         name_of);

/// That of the one without it.
class ExactnessWithoutX87 : public Exactness {};

INSTANTIATE_TEST_SUITE_P(Frames, ExactnessWithoutX87,
                         testing::Values(frame_kind{level::sse, handler_place::record},
                                         frame_kind{level::sse, handler_place::tap}),
                         name_of);

TEST_P(ExactnessWithoutX87, LeavesItAloneAtEveryTop) {
    for (unsigned top = 0; top < 8; ++top)
        for (unsigned tags = 0; tags < 256; ++tags) {
            state in = random_state(random);
            set_top(in, top);
            in.fx.ftw = static_cast<std::uint8_t>(tags);
            const state written = random_state(random);
            fxsave_image found{};
            frame.call(in, [&](cbf_cpu &cpu) {
                write(written, cpu);
                asm volatile(FXSAVE " %0" : "=m"(found));
            });
            ASSERT_EQ(found.ftw, in.fx.ftw) << "TOP " << top << ", FTWX " << tags;
            state expected = written;
            expected.fx = frame.in().fx;
            expected.fx.mxcsr = written.fx.mxcsr;
            ASSERT_TRUE(same(with_sp(expected, frame.out().called_sp), frame.out(), 0))
                << "TOP " << top << ", FTWX " << tags;
        }
}

TEST_P(ExactnessOfX87, UnmaskedX87ExceptionsAreExact) { expect_exact(unmask_x87_exceptions); }

TEST_P(ExactnessOfX87, APendingX87ExceptionIsExact) { expect_exact(make_x87_exception_pending); }

TEST_P(ExactnessOfX87, APendingX87ExceptionOfAnEmptyStackIsExact) {
    expect_exact([](bits &from, state &of) {
        of.fx.ftw = 0;
        make_x87_exception_pending(from, of);
    });
}

TEST_P(ExactnessOfX87, EachX87ControlAndStatusBitAloneIsExact) {
    for (unsigned bit = 0; bit < 32; ++bit) {
        state in = random_state(random), written = random_state(random);
        for (state *const each : {&in, &written}) {
            set_initial_x87(*each);
            each->x87_by = X87_BY_FXRSTOR;
        }
        if (bit < 16)
            written.fx.fcw = static_cast<std::uint16_t>(((written.fx.fcw ^ 1u << bit) & writable_fcw()) | 0x40);
        else
            set_fsw(written, 1u << (bit - 16));
        frame.call(written);
        ASSERT_TRUE(frame.saw_everything()) << "bit " << bit;
        ASSERT_TRUE(frame.got_everything_back()) << "bit " << bit;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "bit " << bit << " changed by the handler";
    }
}

// Whole stacks, and every pattern with holes.
TEST_P(ExactnessOfX87, EveryTagWordAtEveryTopIsSeenAndComesBack) {
    for (unsigned top = 0; top < 8; ++top)
        for (unsigned tags = 0; tags < 256; ++tags) {
            state in = random_state(random);
            set_top(in, top);
            in.fx.ftw = static_cast<std::uint8_t>(tags);
            frame.call(in);
            ASSERT_EQ(frame.out().loaded.ftw, in.fx.ftw) << "exactness_call erred";
            ASSERT_TRUE(frame.saw_everything()) << "TOP " << top << ", FTWX " << tags;
            ASSERT_TRUE(frame.got_everything_back()) << "TOP " << top << ", FTWX " << tags;
        }
}

TEST_P(ExactnessOfX87, EveryTagWordAtEveryTopCanBeWritten) {
    for (unsigned top = 0; top < 8; ++top)
        for (unsigned tags = 0; tags < 256; ++tags) {
            state in = random_state(random), written = random_state(random);
            if (tags % 2 == 0)
                set_initial_x87(in);
            set_top(written, top);
            written.fx.ftw = static_cast<std::uint8_t>(tags);
            frame.call(in, answer(written));
            ASSERT_TRUE(frame.got(written)) << "TOP " << top << ", FTWX " << tags;
        }
}

TEST_P(ExactnessOfX87, StacksOfNoughtToEightValuesAtEveryTopAreExact) {
    for (unsigned top = 0; top < 8; ++top)
        for (unsigned depth = 0; depth <= 8; ++depth) {
            state in = random_state(random);
            in.fx.fcw = 0x37f;
            in.fx.fsw = 0;
            set_top(in, top);
            in.fx.ftw = 0;
            for (unsigned n = 0; n < depth; ++n)
                in.fx.ftw |= static_cast<std::uint8_t>(1u << ((top + n) & 7));
            frame.call(in);
            ASSERT_TRUE(frame.saw_everything()) << "TOP " << top << ", depth " << depth;
            ASSERT_TRUE(frame.got_everything_back()) << "TOP " << top << ", depth " << depth;
        }
}

TEST_P(ExactnessOfX87, AHoleThatFfreeMadeIsExact) {
    for (int round = 0; round < 20; ++round) {
        state in = random_state(random);
        in.x87_by = X87_BY_FFREE;
        frame.call(in);
        ASSERT_EQ(frame.in().fx.ftw, 0xd8) << "exactness_call erred";
        ASSERT_TRUE(frame.saw_everything());
        ASSERT_TRUE(frame.got_everything_back());
    }
}

TEST_P(ExactnessOfX87, MmxRegistersAreExact) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random), written = random_state(random);
        in.x87_by = X87_BY_MMX;
        set_top(written, 0);
        written.fx.ftw = 0xff;
        for (auto &value : written.fx.st)
            value[8] = value[9] = 0xff;
        frame.call(in);
        for (unsigned n = 0; n < 8; ++n)
            ASSERT_EQ(std::memcmp(frame.seen().fx.st[n], in.fx.st[n], 8), 0) << "MM" << n;
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_P(ExactnessOfX87, ValuesPushedByTheHandlerAreOnTheStack) {
    for (unsigned depth = 1; depth <= 8; ++depth) {
        state in = random_state(random);
        set_initial_x87(in);
        frame.call(in, [&](cbf_cpu &cpu) {
            for (unsigned n = 0; n < depth; ++n) {
                cpu.FSW.TOP = static_cast<std::uint16_t>((cpu.FSW.TOP - 1u) & 7);
                cpu.FTWX.val |= static_cast<std::uint8_t>(1u << cpu.FSW.TOP);
            }
            std::memcpy(cpu.FPR, in.fx.st, sizeof(in.fx.st));
        });
        in.fx.fsw = 0;
        set_top(in, 8 - depth);
        in.fx.ftw = static_cast<std::uint8_t>(0xff << (8 - depth));
        ASSERT_TRUE(frame.got(in)) << "depth " << depth;
    }
}

TEST_P(ExactnessOfX87, ValuesPoppedByTheHandlerAreGone) {
    for (unsigned depth = 1; depth <= 8; ++depth) {
        state in = random_state(random);
        set_top(in, 8 - depth);
        in.fx.ftw = static_cast<std::uint8_t>(0xff << (8 - depth));
        frame.call(in, [](cbf_cpu &cpu) {
            cpu.FTWX.val = 0;
            cpu.FSW.TOP = 0;
        });
        in.fx.ftw = 0;
        set_top(in, 0);
        ASSERT_TRUE(frame.got(in)) << "depth " << depth;
    }
}

// The entry asks XGETBV whether the x87 is in its initial configuration, and reads it only if not.
TEST_P(ExactnessOfX87, AnX87ThatWasNeverUsedIsExact) {
    if (!cpu_tells_xinuse())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU";
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        in.x87_by = round % 2 == 0 ? X87_BY_XRSTOR : X87_BY_FNINIT;
        frame.call(in);
        if (in.x87_by == X87_BY_XRSTOR && cpu_tells_initial_x87()) {
            ASSERT_EQ(frame.out().xinuse & 1, 0u) << "exactness_call erred";
        }
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
    }
}

TEST_P(ExactnessOfX87, AnX87ThatWasNeverUsedIsAllZeros) {
    if (!cpu_has_xsave())
        GTEST_SKIP() << "no XRSTOR on this CPU";
    state in = random_state(random);
    in.x87_by = X87_BY_XRSTOR;
    frame.call(in);
    const std::uint8_t zeros[sizeof(in.fx.st)] = {};
    EXPECT_EQ(std::memcmp(frame.seen().fx.st, zeros, sizeof(zeros)), 0);
    EXPECT_EQ(frame.seen().fx.fop, 0u);
    EXPECT_EQ(frame.seen().fx.fip, 0u);
    EXPECT_EQ(frame.seen().fx.fdp, 0u);
}

TEST_P(ExactnessOfX87, AnX87ThatWasUsedAndLeftEmptyIsExact) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        in.x87_by = X87_BY_FLD_FSTP;
        frame.call(in);
        if (cpu_tells_xinuse()) {
            ASSERT_EQ(frame.out().xinuse & 1, 1u);
        }
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
    }
}

#if defined(__x86_64__) // where it makes the next call faster

TEST_P(ExactnessOfX87, AnEmptyX87IsInItsInitialConfigurationAfterACall) {
    if (!cpu_tells_initial_x87())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU, or one that says always that the x87 is in use";
    state in = random_state(random);
    in.x87_by = X87_BY_FLD_FSTP;
    frame.call(in);
    EXPECT_EQ(frame.out().xinuse & 1, 1u);
    EXPECT_EQ(frame.out().returned_xinuse & 1, 0u);
}

#endif

TEST_P(ExactnessOfX87, AnInitialX87CanBeWritten) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        const state written = random_state(random);
        const unsigned empty_by[] = {X87_BY_FNINIT, X87_BY_FLD_FSTP, X87_BY_XRSTOR};
        in.x87_by = empty_by[random() % (cpu_has_xsave() ? 3 : 2)];
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

#if defined(__x86_64__) // which asks

TEST_P(ExactnessOfX87, HoldsOnACpuWhoseEmmsPutsTheX87ToUse) {
    if (!cpu_tells_xinuse())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU";
    const other_cpu with_such(cbf_x86_emms, 0);
    for (std::size_t round = 0; round < rounds / 2; ++round) {
        const state in = random_caller(random), written = random_state(random);
        frame.call(in, [leave = x87_leavers[round % std::size(x87_leavers)]](cbf_cpu &) { leave(); });
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_P(ExactnessOfX87, HoldsOnACpuThatDoesNotTellWhetherTheX87IsInUse) {
    const other_cpu without_xgetbv1(cbf_x86_xinuse, 1);
    for (int round = 0; round < rounds / 2; ++round) {
        state in = random_state(random);
        const state written = random_state(random);
        if (round % 2 == 0)
            in.x87_by = round % 4 == 0 ? X87_BY_FNINIT : X87_BY_FLD_FSTP;
        frame.call(in);
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
        frame.call(in, answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

#endif

} // namespace
} // namespace exactness
