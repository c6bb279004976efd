// Calls of frames that are followed instruction by instruction.
#pragma once

#include "unwind_fixture.hpp"

#include <functional>

namespace unwinding {

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
