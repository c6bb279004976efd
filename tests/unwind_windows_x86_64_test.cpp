// At every instruction of a call Windows' own unwinder finds the way back to the caller, with the registers that a
// callee preserves.
#include "unwind_windows.hpp"

#include <windows.h>

#include <algorithm>

namespace {

using namespace unwinding;

constexpr std::uint64_t trap_flag = 0x100, id_flag = 1 << 21, direction_flag = 0x400;

/// Follows a call of exactness_call step by step, once the call has been made.
struct walk {
    const void *slot;
    const state *in;
    const state *out;
    bool inside = false;
    std::size_t steps = 0;
    std::string failure = {};

    void step(CONTEXT &at);
    void check(CONTEXT at);
};
walk *under_way;

/// One frame up.
void unwind(CONTEXT &context) {
    DWORD64 base = 0, frame = 0;
    void *data = nullptr;
    if (auto *const function = RtlLookupFunctionEntry(context.Rip, &base, nullptr)) {
        RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context.Rip, function, &context, &data, &frame, nullptr);
        return;
    }
    std::memcpy(&context.Rip, reinterpret_cast<const void *>(context.Rsp), sizeof(context.Rip));
    context.Rsp += sizeof(context.Rip);
}

void walk::check(CONTEXT at) {
    const DWORD64 from = at.Rip;
    const auto goal = reinterpret_cast<DWORD64>(exactness_return);
    for (int frames = 0; at.Rip != goal; ++frames) {
        if (at.Rip == 0 || frames == 50) {
            failure = "no way back from " + std::to_string(from - reinterpret_cast<DWORD64>(slot)) + " behind the slot";
            return;
        }
        unwind(at);
    }
    state found{};
    const DWORD64 general[] = {at.Rax, at.Rcx, at.Rdx, at.Rbx, at.Rsp, at.Rbp, at.Rsi, at.Rdi,
                               at.R8,  at.R9,  at.R10, at.R11, at.R12, at.R13, at.R14, at.R15};
    std::copy(std::begin(general), std::end(general), found.gpr);
    for (unsigned n = first_preserved_xmm; n != end_of_preserved_xmm; ++n)
        std::memcpy(found.zmm[n], &(&at.Xmm0)[n], 16);
    failure = differences(*in, found);
    if (at.Rsp != out->called_rsp)
        failure += "RSP ";
    if (!failure.empty())
        failure += "wrong from " + std::to_string(from - reinterpret_cast<DWORD64>(slot)) + " behind the slot";
}

void walk::step(CONTEXT &at) {
    inside = inside || at.Rip == reinterpret_cast<DWORD64>(slot);
    if (at.Rip == reinterpret_cast<DWORD64>(exactness_return) || !failure.empty()) {
        at.EFlags &= ~static_cast<DWORD>(trap_flag);
        return;
    }
    at.EFlags |= static_cast<DWORD>(trap_flag);
    if (inside) {
        ++steps;
        check(at);
    }
}

LONG CALLBACK on_trap(EXCEPTION_POINTERS *raised) {
    if (raised->ExceptionRecord->ExceptionCode != static_cast<DWORD>(EXCEPTION_SINGLE_STEP) || under_way == nullptr)
        return EXCEPTION_CONTINUE_SEARCH;
    under_way->step(*raised->ContextRecord);
    return EXCEPTION_CONTINUE_EXECUTION;
}

class EveryInstruction : public Unwinding {
  protected:
    void SetUp() override { handler_ = AddVectoredExceptionHandler(1, on_trap); }
    void TearDown() override { RemoveVectoredExceptionHandler(handler_); }

    void expect_way_back(std::uint64_t flags = 0) {
        const target called = GetParam().make();
        state in = random_state(random);
        in.rflags |= trap_flag | flags;
        walk all{called.address, &in, &out};
        under_way = &all;
        EXPECT_EQ(call(in, called), 0);
        under_way = nullptr;
        EXPECT_EQ(all.failure, "");
        EXPECT_GT(all.steps, 10U);
    }

  private:
    void *handler_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Kinds, EveryInstruction, testing::ValuesIn(kinds),
                         [](const auto &each) { return std::string(each.param.name); });

TEST_P(EveryInstruction, OfAPlainCall) {
    act = [](cbframe::cpu *) {};
    expect_way_back();
}

TEST_P(EveryInstruction, OfACallWithHostileFlags) {
    act = [](cbframe::cpu *) {};
    expect_way_back(direction_flag);
}

TEST_P(EveryInstruction, OfACallWhoseHandlerChangesFlags) {
    act = [](cbframe::cpu *cpu) {
        if (cpu != nullptr)
            cpu->EFLAGS.val ^= id_flag;
    };
    expect_way_back();
}

} // namespace
