// A frame is lossless both ways: its handler sees every register as the caller left it, and what the
// handler leaves in cpu is what the caller finds. The caller is exactness_call, in assembly.
//
// Here: all registers at once, general registers, flags, nested calls and the stack pointer. The other files of this
// program: exactness_x87.cpp, exactness_handlers.cpp, exactness_wide.cpp, exactness_compiled.cpp.
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

caller::caller(frame_kind kind)
    : level_(kind.level), target_(kind, [this](cbf_cpu &cpu) { conversation_.handle(cpu); }) {}

void caller::call(const state &in, std::function<void(cbf_cpu &)> act) {
    in_ = in;
    conversation_.act = std::move(act);
    std::memset(&out_, 0xcc, sizeof(out_));
    exactness_call(&in_, &out_, target_.address());
    if (in_.x87_by != X87_BY_FXRSTOR) { // made by instructions: what it is, the CPU says
        const std::uint32_t mxcsr = in_.fx.mxcsr;
        in_.fx = out_.loaded;
        in_.fx.mxcsr = mxcsr;
    }
}

testing::AssertionResult caller::saw_everything() const {
    return same(with_rsp(in_, out_.called_rsp - sizeof(void *)), conversation_.seen, components());
}

testing::AssertionResult caller::got(const state &expected) const {
    return same(with_rsp(expected, out_.called_rsp), out_, components());
}

std::function<void(cbf_cpu &)> answer(const state &with) {
    return [&with](cbf_cpu &cpu) { write(with, cpu); };
}

void Exactness::expect_untouched(const std::function<void(cbf_cpu &)> &act) {
    for (int round = 0; round < rounds / 4; ++round) {
        state in = random_state(random);
        if (round % 4 == 0)
            set_initial_x87(in);
        if (round % 4 == 1)
            in.fx.ftw = 0;
        frame.call(in, act);
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
            written.alignment = in.alignment;
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
        if (n == SP)
            continue;
        state in = random_caller(random);
        const auto value = static_cast<word>(random());
        frame.call(in, [&](cbf_cpu &cpu) { cpu.GPR[n].u = value; });
        in.gpr[n] = value;
        ASSERT_TRUE(frame.got(in)) << gpr_names[n];
    }
}

TEST_P(Exactness, AnyAlignmentOfTheStackWillDo) {
    for (unsigned alignment = 0; alignment < 16; ++alignment) {
        state in = random_caller(random);
        const state written = random_state(random);
        in.alignment = alignment;
        frame.call(in, answer(written));
        ASSERT_EQ(frame.out().called_rsp % 16, alignment);
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
        got = got ? frame.got(writes ? written : in) << " at depth " << depth : got;
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
            ASSERT_TRUE(same(with_rsp(in[n], out[n].called_rsp - sizeof(void *)), seen[n], frame.components()))
                << "depth " << n;
            ASSERT_TRUE(same(with_rsp(in[n], out[n].called_rsp), out[n], frame.components())) << "depth " << n;
        }
    }
}

// ---- RSP ------------------------------------------------------------------------------------------

/// Whether the call returned with RSP moved by popped, and all else as expected.
testing::AssertionResult popped(const caller &frame, const state &expected, word bytes) {
    return same(with_rsp(expected, frame.out().called_rsp + bytes), frame.out(), frame.components());
}

TEST_P(Exactness, PopActsAsRetWithThatNumber) {
    for (const unsigned bytes : {0u, 2u, 4u, 8u, 12u, 16u, 24u, 32u, 40u, 64u, 1000u, 4096u})
        for (int round = 0; round < 20; ++round) {
            const state in = random_caller(random), written = random_state(random);
            frame.call(in, [bytes](cbf_cpu &cpu) { cbf_cpu_pop(&cpu, bytes); });
            ASSERT_TRUE(popped(frame, in, bytes)) << "pop(" << bytes << ")";
            frame.call(in, [&](cbf_cpu &cpu) {
                cbf_cpu_pop(&cpu, bytes);
                write(written, cpu);
            });
            ASSERT_TRUE(popped(frame, written, bytes)) << "pop(" << bytes << ")";
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
        ASSERT_TRUE(popped(frame, written, 16)) << "round " << round;
    }
}

/// Moves the return address to the top of another stack and RSP with it.
void move_to(cbf_cpu &cpu, unsigned char *top) {
    auto &stack_pointer = cpu.GPR[SP];
    std::memcpy(top, stack_pointer.p, sizeof(void *));
    stack_pointer.p = top;
}

void expect_exact_on_another_stack(bits &random, caller &frame, unsigned char *bottom, std::size_t size) {
    for (int round = 0; round < 100; ++round) {
        const state in = random_caller(random), written = random_state(random);
        unsigned char *const top = bottom + size - 64 + random() % 16;
        frame.call(in, [&](cbf_cpu &cpu) {
            write(written, cpu);
            move_to(cpu, top);
        });
        const auto returned = reinterpret_cast<std::uintptr_t>(top) + sizeof(void *);
        ASSERT_TRUE(same(with_rsp(written, returned), frame.out(), frame.components())) << "round " << round;
    }
}

TEST_P(Exactness, RspCanPointToAStackOnTheHeap) {
    std::vector<unsigned char> stack(4096);
    expect_exact_on_another_stack(random, frame, stack.data(), stack.size());
}

TEST_P(Exactness, RspCanPointToAStackAboveTheCallers) {
    alignas(16) unsigned char stack[4096];
    expect_exact_on_another_stack(random, frame, stack, sizeof(stack));
}

TEST_P(Exactness, RspCanPointBelowTheState) {
    for (int round = 0; round < 100; ++round) {
        const state in = random_caller(random), written = random_state(random);
        std::uintptr_t top = 0;
        frame.call(in, [&](cbf_cpu &cpu) {
            // Memory of calls that have returned by then: nobody else's.
            top = reinterpret_cast<std::uintptr_t>(&cpu) - 65536 - random() % 16;
            write(written, cpu);
            std::memset(reinterpret_cast<void *>(top - 64), 0, 128);
            move_to(cpu, reinterpret_cast<unsigned char *>(top));
        });
        ASSERT_TRUE(same(with_rsp(written, top + sizeof(void *)), frame.out(), frame.components()))
            << "round " << round;
    }
}

class ExactnessDeathTest : public Exactness {};

INSTANTIATE_TEST_SUITE_P(Frames, ExactnessDeathTest, testing::ValuesIn(frame_kinds_in_record), name_of);

TEST_P(ExactnessDeathTest, RspLoweredIntoTheStateAborts) {
    const state in = random_state(random);
    const std::size_t size = cbframe::frame_stack_size(frame.level()) - handler_stack - 64 - 16;
    for (const std::size_t lowered : {std::size_t{1}, std::size_t{8}, std::size_t{16}, std::size_t{64}, size / 2, size})
        EXPECT_DEATH(frame.call(in, [lowered](cbf_cpu &cpu) { cpu.GPR[SP].u -= static_cast<word>(lowered); }),
                     "cbframe: .*the stack pointer to 0x.*\n")
            << "lowered by " << lowered;
}

TEST_P(ExactnessDeathTest, RspPointedAtTheStateAborts) {
    const state in = random_state(random);
    EXPECT_DEATH(frame.call(in, [](cbf_cpu &cpu) { cpu.GPR[SP].p = &cpu; }), "the stack pointer");
    EXPECT_DEATH(frame.call(in, [](cbf_cpu &cpu) { cpu.GPR[SP].p = &cpu + 1; }), "the stack pointer");
}

} // namespace
} // namespace exactness
