// Calls through frames, and whether their two sides saw the same registers.
#pragma once

#include "exactness_state.hpp"
#include "frame_kind.hpp"
#include "seed.hpp"

#include <functional>

namespace exactness {

constexpr int rounds = 2000;

/// What a handler does in one call, and what it saw.
struct conversation {
    state seen{};
    std::function<void(cbf_cpu &)> act;

    void handle(cbf_cpu &cpu) {
        read(cpu, seen);
        if (act)
            act(cpu);
    }
};

/// One call after the other, through a frame of one level and kind.
class caller {
  public:
    explicit caller(frame_kind kind);

    /// What a handler of this level has.
    word components() const { return level() == cbframe::level::all ? cpu_components() : 0; }
    cbframe::level level() const { return kind_.level; }

    void call(const state &in, std::function<void(cbf_cpu &)> act = {});
    /// The same of a tap all of whose handlers do without the original.
    void call_skipping(const state &in, std::function<void(cbf_cpu &)> act);

    /// The registers of the call, as exactness_call loaded them.
    const state &in() const { return in_; }
    /// What the handler saw.
    const state &seen() const { return conversation_.seen; }
    /// What the caller found.
    const state &out() const { return out_; }

    testing::AssertionResult saw_everything() const { return saw(components()); }
    testing::AssertionResult saw(word components) const;
    testing::AssertionResult got_everything_back() const { return got(in_); }
    /// popped: bytes by which the stack pointer is another than at the call.
    testing::AssertionResult got(const state &expected, word popped = 0) const {
        return got(expected, popped, components());
    }
    testing::AssertionResult got(const state &expected, word popped, word components) const;
    /// The first two of a call that was made without this.
    testing::AssertionResult had(const state &in, const state &seen, const state &out);

  private:
    /// The same as another state, where this level says nothing.
    state comparable(const state &of, const state &other) const;

    frame_kind kind_;
    bool skips_ = false;
    conversation conversation_;
    callee target_;
    state in_{}, out_{};
};

/// A handler that writes everything.
std::function<void(cbf_cpu &)> answer(const state &with);

/// Every level and every kind of frame.
class Exactness : public testing::TestWithParam<frame_kind> {
  protected:
    bits random{seed()};
    caller frame{GetParam()};

    /// Calls frame in many random states with a handler that does something else than to write cpu.
    void expect_untouched(const std::function<void(cbf_cpu &)> &act);

    /// Calls frame in states that change makes of random ones; the handler writes others.
    void expect_exact(void (*change)(bits &, state &));
};

/// The levels of x86 that have the x87.
class ExactnessOfX87 : public Exactness {};

} // namespace exactness
