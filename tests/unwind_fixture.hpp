// Calls of frames, to be unwound. The caller is exactness_call, in assembly.
#pragma once

#include "frame_kind.hpp"
#include "sanitizers.hpp"
#include "seed.hpp"
#include "stepping_linux.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <ios>
#include <memory>
#include <random>
#include <utility>

namespace unwinding {

using cbframe::level;
using bits = std::mt19937_64;

/// Random general registers, everything else as it is in a C function.
inline state random_state(bits &random) {
    state made{};
    for (word &value : made.gpr)
        value = static_cast<word>(random());
    made.rflags = 0x202;
    made.alignment = static_cast<word>(random() % 2 * 8);
    made.fx.fcw = 0x37f;
    made.fx.mxcsr = 0x1f80;
    made.components = __builtin_cpu_supports("avx") ? COMPONENT_YMM : 0;
    return made;
}

inline void put_values_on_the_x87_stack(state &of) {
    of.fx.ftw = 0xe0;
    of.fx.fsw = 5 << 11;
}

inline void make_x87_exception_pending(state &of) {
    of.fx.fcw = 0x37e;
    of.fx.fsw = 0x8081;
}

inline void set_an_upper_half(state &of) { of.zmm[exactness::vectors - 1][31] = 1; }

inline void scribble(cbf_cpu &cpu, bits &random) {
    const auto stack_pointer = cpu.GPR[exactness::SP];
    for (auto &value : cpu.GPR)
        value.u = static_cast<word>(random());
    cpu.GPR[exactness::SP] = stack_pointer;
    cpu.EFLAGS.DF = 1;
    for (cbf_dqword &value : cpu.XMM)
        value.lo.u = random();
}

class Unwinding : public testing::TestWithParam<frame_kind> {
  protected:
    bits random{seed()};

    std::unique_ptr<callee> make(std::function<void(cbf_cpu &)> act) {
        return std::make_unique<callee>(GetParam(), std::move(act));
    }
};

// ---- What calls must keep ----------------------------------------------------------------------------

inline bool begins_with_endbr(const void *code) {
    constexpr unsigned char endbr[] = {0xf3, 0x0f, 0x1e, sizeof(void *) == 8 ? 0xfa : 0xfb};
    return std::memcmp(code, endbr, sizeof(endbr)) == 0;
}

/// Whether exactness_call ended with an exception, which left RSP and the registers that a callee
/// preserves as they were in the call.
inline testing::AssertionResult caught(const state &in, const state &out, int result) {
    if (result != 1)
        return testing::AssertionFailure() << "no exception arrived";
    if (out.gpr[exactness::SP] != out.called_rsp)
        return testing::AssertionFailure() << "RSP is off by " << out.gpr[exactness::SP] - out.called_rsp;
    for (const preserved_register &each : preserved)
        if (in.gpr[each.index] != out.gpr[each.index])
            return testing::AssertionFailure() << each.name << ": expected 0x" << std::hex << in.gpr[each.index]
                                               << ", got 0x" << out.gpr[each.index];
    return testing::AssertionSuccess();
}

// ---- Every instruction ----------------------------------------------------------------------------

/// Whether calls can be stepped through here: not with ThreadSanitizer, for a trap may come while its own code, which
/// the handler's needs, holds a lock.
constexpr bool can_step() { return !thread_sanitizer; }

/// What a stepped call does.
struct stepped_call {
    std::function<void(cbf_cpu &)> act = {};
    bool initial_x87 = false;
    const state *written = nullptr; // what act writes to callee-saved registers
    word popped = 0;
    word other_rsp = 0;
};

class Stepping : public Unwinding {
  protected:
    void SetUp() override {
        if (!can_step())
            GTEST_SKIP() << "ThreadSanitizer does not stand single steps";
    }

    void expect_unwindable(const state &in, const stepped_call &call);
};

} // namespace unwinding
