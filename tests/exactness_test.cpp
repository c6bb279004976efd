// A frame is lossless both ways: its handler sees every register as the caller left it, and what the
// handler leaves in cpu is what the caller finds. The caller is exactness_call, in assembly.
//
// Here: all registers at once, general registers, nested calls and the stack pointer. The other files of this program:
// exactness_handlers.cpp, exactness_compiled.cpp, and what only a CPU has, in its folder of cpu/.
#include "exactness_fixture.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace exactness {

// ---- The fixture ----------------------------------------------------------------------------------

caller::caller(frame_kind kind) : kind_(kind), target_(kind, [this](cbf_cpu &cpu) { conversation_.handle(cpu); }) {}

void caller::call(const state &in, std::function<void(cbf_cpu &)> act) {
    in_ = in;
    conversation_.act = std::move(act);
    std::memset(&out_, 0xcc, sizeof(out_));
    exactness_call(&in_, &out_, target_.address());
    complete(in_, out_);
}

void caller::call_skipping(const state &in, std::function<void(cbf_cpu &)> act) {
    skips_ = true;
    call(in, std::move(act));
}

state caller::comparable(const state &of, const state &other) const {
    return level() == level::sse ? with_x87_of(of, other) : of;
}

testing::AssertionResult caller::had(const state &in, const state &seen, const state &out) {
    in_ = in;
    conversation_.seen = seen;
    out_ = out;
    return saw_everything() ? got_everything_back() : saw_everything();
}

testing::AssertionResult caller::saw(word components) const {
    return same(with_sp(in_, sp_of_handler(out_)), comparable(conversation_.seen, in_), components);
}

testing::AssertionResult caller::got(const state &expected, word popped, word components) const {
    state found = with_sp(expected, out_.called_sp + popped);
    if (kind_.is_tap() && !skips_)
        note_register_of_way(found, reinterpret_cast<std::uintptr_t>(&exactness_original));
    return same(found, comparable(out_, found), components);
}

std::function<void(cbf_cpu &)> answer(const state &with) {
    return [&with](cbf_cpu &cpu) { write(with, cpu); };
}

void Exactness::expect_untouched(const std::function<void(cbf_cpu &)> &act) {
    for (int round = 0; round < rounds / 4; ++round) {
        frame.call(random_caller(random), act);
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
    }
}

void Exactness::expect_exact(void (*change)(bits &, state &)) {
    for (int round = 0; round < rounds; ++round) {
        state in = random_state(random), written = random_state(random);
        change(random, in);
        change(random, written);
        if (round % 2 == 0) {
            frame.call(in);
            ASSERT_TRUE(frame.saw_everything()) << "round " << round;
            ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
        } else {
            frame.call(in, answer(written));
            ASSERT_TRUE(frame.saw_everything()) << "round " << round;
            ASSERT_TRUE(frame.got(written)) << "round " << round;
        }
    }
}

// ---- The tests ------------------------------------------------------------------------------------

namespace {

INSTANTIATE_TEST_SUITE_P(Frames, Exactness, testing::ValuesIn(frame_kinds), name_of);

TEST_P(Exactness, TheHandlerSeesEveryRegisterAsTheCallerLeftIt) {
    for (int round = 0; round < rounds; ++round) {
        frame.call(random_caller(random));
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
    }
}

TEST_P(Exactness, TheCallerFindsEveryRegisterAsTheHandlerWroteIt) {
    for (int round = 0; round < rounds; ++round) {
        const state written = random_state(random);
        frame.call(random_caller(random), answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_P(Exactness, UntouchedRegistersComeBack) { expect_untouched({}); }

TEST_P(Exactness, OneRegisterWrittenLeavesTheOthersAlone) {
    for (unsigned n = 0; n < GPRS; ++n) {
        if (leads_the_call(n))
            continue;
        const auto value = static_cast<word>(random());
        frame.call(random_caller(random), [n, value](cbf_cpu &cpu) { cpu.GPR[n].u = value; });
        state expected = frame.in();
        expected.gpr[n] = value;
        ASSERT_TRUE(frame.got(expected)) << gpr_names[n];
    }
}

// ---- Nested ---------------------------------------------------------------------------------------

constexpr int nested_depth = 8;

/// A call from a handler, in another state, of another frame, whose handler does the same.
class nest {
  public:
    nest(bits &random, frame_kind outermost) : random_(random) {
        frame_kind kind = outermost;
        for (int depth = 0; depth < nested_depth; ++depth) {
            frames_.push_back(std::make_unique<caller>(kind));
            kind.level = kind.level == level::all ? level::legacy : level::all;
        }
    }

    void call(std::size_t depth = 0) {
        const state in = random_caller(random_), written = random_state(random_);
        const bool writes = random_() % 2 == 0;
        caller &frame = *frames_[depth];
        frame.call(in, [&](cbf_cpu &cpu) {
            if (depth + 1 < frames_.size())
                call(depth + 1);
            if (writes)
                write(written, cpu);
        });
        saw = saw ? frame.saw_everything() << " at depth " << depth : saw;
        got = got ? frame.got(writes ? written : frame.in()) << " at depth " << depth : got;
    }

    testing::AssertionResult saw = testing::AssertionSuccess();
    testing::AssertionResult got = testing::AssertionSuccess();

  private:
    bits &random_;
    std::vector<std::unique_ptr<caller>> frames_;
};

TEST_P(Exactness, NestedFramesKeepEachTheirOwnState) {
    nest calls(random, GetParam());
    for (int round = 0; round < rounds / 10; ++round) {
        calls.call();
        ASSERT_TRUE(calls.saw) << "round " << round;
        ASSERT_TRUE(calls.got) << "round " << round;
    }
}

TEST_P(Exactness, AFrameThatItsOwnHandlerCallsKeepsEachCallsState) {
    conversation with;
    const callee target(GetParam(), [&](cbf_cpu &cpu) { with.handle(cpu); });
    for (int round = 0; round < rounds / 10; ++round) {
        std::array<state, nested_depth> in, seen, out;
        for (state &each : in)
            each = random_caller(random);
        std::size_t depth = 0;
        with.act = [&](cbf_cpu &) {
            const std::size_t mine = depth;
            seen[mine] = with.seen;
            if (++depth < in.size())
                exactness_call(&in[mine + 1], &out[mine + 1], target.address());
        };
        exactness_call(&in[0], &out[0], target.address());
        for (std::size_t n = 0; n < in.size(); ++n) {
            complete(in[n], out[n]);
            ASSERT_TRUE(frame.had(in[n], seen[n], out[n])) << "depth " << n;
        }
    }
}

// ---- Taps whose handler leads the call elsewhere ------------------------------------------------------------------

class ExactnessOfTaps : public Exactness {};

INSTANTIATE_TEST_SUITE_P(Taps, ExactnessOfTaps,
                         testing::ValuesIn(kinds_of(std::size(cbf::arch::entries),
                                                    {handler_place::tap, handler_place::c_tap})),
                         name_of);

TEST_P(ExactnessOfTaps, WhatSkipsTheOriginalIsExact) {
    for (int round = 0; round < rounds; ++round) {
        const state in = random_caller(random), written = random_state(random);
        frame.call_skipping(in, [&](cbf_cpu &cpu) {
            if (round % 2 == 0)
                write(written, cpu);
            EXPECT_EQ(cbf_cpu_skip(&cpu), CBF_OK);
        });
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got(round % 2 == 0 ? written : frame.in())) << "round " << round;
    }
}

TEST_P(ExactnessOfTaps, WhatGoesOnElsewhereIsExact) {
    const callee elsewhere(GetParam(), [](cbf_cpu &cpu) { EXPECT_EQ(cbf_cpu_skip(&cpu), CBF_OK); });
    for (int round = 0; round < rounds; ++round) {
        const state written = random_state(random);
        state expected = written;
        note_register_of_way(expected, reinterpret_cast<std::uintptr_t>(elsewhere.address()));
        frame.call_skipping(random_caller(random), [&](cbf_cpu &cpu) {
            write(written, cpu);
            EXPECT_EQ(cbf_cpu_go_on(&cpu, elsewhere.function()), CBF_OK);
        });
        ASSERT_TRUE(frame.got(expected)) << "round " << round;
    }
}

TEST_P(ExactnessOfTaps, ATapOfATapIsExact) {
    conversation with;
    const callee inner(GetParam(), [&](cbf_cpu &cpu) { with.handle(cpu); });
    const cbframe::tap outer(
        inner.function(), [](cbf_cpu &) {}, frame.level());
    for (int round = 0; round < rounds; ++round) {
        state in = random_caller(random), out{};
        exactness_call(&in, &out, outer.address());
        complete(in, out);
        state arrived = in;
        note_register_of_way(arrived, reinterpret_cast<std::uintptr_t>(inner.address()));
        ASSERT_TRUE(frame.had(arrived, with.seen, out)) << "round " << round;
    }
}

TEST_P(ExactnessOfTaps, ATapThatItsHandlerFreesGoesOnInTheOriginal) {
    for (int round = 0; round < 100; ++round) {
        cbframe::tap *freed = nullptr;
        cbframe::tap tap(
            &exactness_original, [&freed](cbframe::cpu &) { *freed = cbframe::tap(); }, frame.level());
        freed = &tap;
        state in = random_caller(random), out{};
        exactness_call(&in, &out, tap.address());
        complete(in, out);
        ASSERT_FALSE(tap);
        ASSERT_TRUE(frame.had(in, with_sp(in, sp_of_handler(out)), out)) << "round " << round;
    }
}

// ---- The stack pointer ------------------------------------------------------------------------------------------

TEST_P(Exactness, PopActsAsRetWithThatNumber) {
    for (const unsigned bytes : {0u, 2u, 4u, 8u, 12u, 16u, 24u, 32u, 40u, 64u, 1000u, 4096u})
        for (int round = 0; bytes % NATIVE_STACK_ALIGNMENT == 0 && round < 20; ++round) {
            const state in = random_caller(random), written = random_state(random);
            frame.call(in, [bytes](cbf_cpu &cpu) { cbf_cpu_pop(&cpu, bytes); });
            ASSERT_TRUE(frame.got(frame.in(), bytes)) << "pop(" << bytes << ")";
            frame.call(in, [&](cbf_cpu &cpu) {
                cbf_cpu_pop(&cpu, bytes);
                write(written, cpu);
            });
            ASSERT_TRUE(frame.got(written, bytes)) << "pop(" << bytes << ")";
        }
}

/// Where a stack pointer may be, within 16 bytes.
std::size_t any_place(bits &random) { return random() % 16 / NATIVE_STACK_ALIGNMENT * NATIVE_STACK_ALIGNMENT; }

void expect_exact_on_another_stack(bits &random, caller &frame, unsigned char *bottom, std::size_t size) {
    for (int round = 0; round < 100; ++round) {
        const state in = random_caller(random), written = random_state(random);
        unsigned char *const top = bottom + size - 64 + any_place(random);
        frame.call(in, [&](cbf_cpu &cpu) {
            write(written, cpu);
            move_to(cpu, top);
        });
        ASSERT_TRUE(frame.got(written, returned_at(top) - frame.out().called_sp)) << "round " << round;
    }
}

TEST_P(Exactness, TheStackPointerCanPointToAStackOnTheHeap) {
    std::vector<unsigned char> stack(4096);
    expect_exact_on_another_stack(random, frame, stack.data(), stack.size());
}

TEST_P(Exactness, TheStackPointerCanPointToAStackAboveTheCallers) {
    alignas(16) unsigned char stack[4096];
    expect_exact_on_another_stack(random, frame, stack, sizeof(stack));
}

TEST_P(Exactness, TheStackPointerCanPointBelowTheState) {
    for (int round = 0; round < 100; ++round) {
        const state in = random_caller(random), written = random_state(random);
        unsigned char *top = nullptr;
        frame.call(in, [&](cbf_cpu &cpu) {
            // Memory of calls that have returned by then: nobody else's.
            top = reinterpret_cast<unsigned char *>(&cpu) - 65536 - any_place(random);
            write(written, cpu);
            std::memset(top - 64, 0, 128);
            move_to(cpu, top);
        });
        ASSERT_TRUE(frame.got(written, returned_at(top) - frame.out().called_sp)) << "round " << round;
    }
}

class ExactnessDeathTest : public Exactness {};

INSTANTIATE_TEST_SUITE_P(Frames, ExactnessDeathTest, testing::ValuesIn(frame_kinds_in_record), name_of);

TEST_P(ExactnessDeathTest, StackPointerLoweredIntoTheStateAborts) {
    const state in = random_state(random);
    const std::size_t size = cbframe::frame_stack_size(frame.level()) - handler_stack - 64 - 16;
    for (const std::size_t lowered : {std::size_t{1}, std::size_t{8}, std::size_t{16}, std::size_t{64}, size / 2, size})
        EXPECT_DEATH(frame.call(in, [lowered](cbf_cpu &cpu) { NATIVE_SP(&cpu).u -= static_cast<word>(lowered); }),
                     "cbframe: .*the stack pointer to 0x.*\n")
            << "lowered by " << lowered;
}

TEST_P(ExactnessDeathTest, StackPointerPointedAtTheStateAborts) {
    const state in = random_state(random);
    EXPECT_DEATH(frame.call(in, [](cbf_cpu &cpu) { NATIVE_SP(&cpu).p = &cpu; }), "the stack pointer");
    EXPECT_DEATH(frame.call(in, [](cbf_cpu &cpu) { NATIVE_SP(&cpu).p = &cpu + 1; }), "the stack pointer");
}

} // namespace
} // namespace exactness
