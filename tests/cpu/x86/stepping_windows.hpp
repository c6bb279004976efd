// Calls followed instruction by instruction, with the way back to the caller looked for at each.
#pragma once

#include "caller_windows.hpp"

#include <windows.h>

namespace unwinding {

inline constexpr std::uint32_t trap_flag = 0x100;

/// Follows a call of exactness_call step by step, once the call has been made.
struct walk {
    const void *slot;
    const state *in;
    const state *out;
    bool inside = false;
    std::size_t steps = 0;
    std::string failure = {};

    void step(CONTEXT &at) {
        const auto stop = reinterpret_cast<std::uintptr_t>(exactness_return);
        inside = inside || instruction_of(at) == reinterpret_cast<std::uintptr_t>(slot);
        if (instruction_of(at) == stop || !failure.empty()) {
            at.EFlags &= ~DWORD{trap_flag};
            return;
        }
        at.EFlags |= trap_flag;
        if (inside && has_way_back(at, slot)) {
            ++steps;
            check(at);
        }
    }

  private:
    void check(const CONTEXT &at) {
        state found{};
        if (!find_caller(at, found))
            failure = "no way back";
        else
            failure = differences(*in, found) + (found.gpr[exactness::SP] == out->called_sp ? "" : "SP ");
        if (!failure.empty())
            failure += " from " + std::to_string(instruction_of(at) - reinterpret_cast<std::uintptr_t>(slot)) +
                       " behind the slot";
    }
};

class EveryInstruction : public Unwinding {
  protected:
    void SetUp() override { handler_ = AddVectoredExceptionHandler(1, on_trap); }
    void TearDown() override { RemoveVectoredExceptionHandler(handler_); }

    void expect_way_back(std::uint32_t flags = 0) { expect_way_back(GetParam().make(), flags); }
    void expect_way_back(const target &callee, std::uint32_t flags = 0) {
        state in = random_state(random);
        in.rflags |= trap_flag | flags;
        walk all{callee.address, &in, &out};
        under_way_ = &all;
        EXPECT_EQ(call(in, callee), 0);
        under_way_ = nullptr;
        EXPECT_EQ(all.failure, "");
        EXPECT_GT(all.steps, 5U) << "steps were missed"; // the slot alone takes six
    }

  private:
    static LONG CALLBACK on_trap(EXCEPTION_POINTERS *raised) {
        if (raised->ExceptionRecord->ExceptionCode != static_cast<DWORD>(EXCEPTION_SINGLE_STEP) ||
            under_way_ == nullptr)
            return EXCEPTION_CONTINUE_SEARCH;
        under_way_->step(*raised->ContextRecord);
        return EXCEPTION_CONTINUE_EXECUTION;
    }

    static inline walk *under_way_ = nullptr;
    void *handler_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Kinds, EveryInstruction, testing::ValuesIn(kinds),
                         [](const auto &each) { return std::string(each.param.name); });

} // namespace unwinding
