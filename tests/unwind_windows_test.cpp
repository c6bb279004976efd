// Windows' own unwinder goes through whatever lies between a caller and a handler: exceptions reach the caller with the
// registers that a callee preserves, and at every instruction of a call the way back to the caller is found. The caller
// is exactness_call, in assembly.
#include "exactness_x86_64.S"

#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <windows.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using exactness::state;

constexpr std::uint64_t trap_flag = 0x100, id_flag = 1 << 21, direction_flag = 0x400;

/// What every callee does: set by a test.
std::function<void(cbframe::cpu *)> act;

/// A function pointer of one kind, and what it is part of.
struct target {
    std::shared_ptr<void> owner;
    void *address;
};

template <class Made>
target hold(Made made) {
    const auto owner = std::make_shared<Made>(std::move(made));
    return {owner, owner->address()};
}

target make_frame(cbframe::level captured) {
    return hold(cbframe::frame([](cbframe::cpu &cpu) { act(&cpu); }, captured));
}

template <class Signature>
target make_closure(const cbframe::abi::convention &by) {
    const cbframe::prepared_signature prepared(cbframe::signature::of<Signature>(), by);
    return hold(cbframe::closure(prepared, [](cbframe::arguments &) { act(nullptr); }));
}

struct kind {
    const char *name;
    target (*make)();
};

std::ostream &operator<<(std::ostream &out, const kind &shown) { return out << shown.name; }

constexpr kind kinds[] = {
    {"LegacyFrame", [] { return make_frame(cbframe::level::legacy); }},
    {"AllFrame", [] { return make_frame(cbframe::level::all); }},
    {"Closure", [] { return make_closure<int(int, double)>(cbframe::native_convention()); }},
    {"SystemVClosure", [] { return make_closure<int(int, double)>(cbframe::abi::sysv_x64); }},
    {"SystemVFewClosure", [] { return make_closure<int(int)>(cbframe::abi::sysv_x64); }},
    {"Callback", [] { return hold(cbframe::callback<int(int)>([](int n) { return act(nullptr), n; })); }},
    {"CallbackWithoutARegister",
     [] {
         return hold(cbframe::callback<int(int, int, int, int)>([](int n, int, int, int) { return act(nullptr), n; }));
     }},
};

// ---------------------------------------------------------------- what a callee preserves

constexpr unsigned preserved[] = {exactness::RBX, exactness::RBP, exactness::RSI, exactness::RDI,
                                  exactness::R12, exactness::R13, exactness::R14, exactness::R15};
constexpr unsigned first_preserved_xmm = 6, last_preserved_xmm = 15;

std::string differences(const state &expected, const state &actual) {
    std::string found;
    for (const unsigned each : preserved)
        if (expected.gpr[each] != actual.gpr[each])
            found.append(exactness::gpr_names[each]).append(" ");
    for (unsigned n = first_preserved_xmm; n <= last_preserved_xmm; ++n)
        if (std::memcmp(expected.zmm[n], actual.zmm[n], 16) != 0)
            found.append("XMM").append(std::to_string(n)).append(" ");
    return found;
}

state random_state(std::mt19937_64 &random) {
    state made{};
    for (std::uint64_t &each : made.gpr)
        each = random();
    for (auto &each : made.zmm)
        for (std::uint8_t &byte : each)
            byte = static_cast<std::uint8_t>(random());
    made.alignment = 0; // else neither C++ nor Windows accepts the stack
    made.rflags = 0x202;
    made.fx.fcw = 0x37f;
    made.fx.mxcsr = 0x1f80;
    return made;
}

class Unwinding : public testing::TestWithParam<kind> {
  protected:
    int call(const state &in, const target &called) { return exactness_call(&in, &out, called.address); }

    std::mt19937_64 random{20240229};
    state out{};
};

INSTANTIATE_TEST_SUITE_P(Kinds, Unwinding, testing::ValuesIn(kinds),
                         [](const auto &each) { return std::string(each.param.name); });

// ---------------------------------------------------------------- exceptions

TEST_P(Unwinding, AnExceptionReachesTheCallerWithItsRegisters) {
    const target called = GetParam().make();
    act = [](cbframe::cpu *) { throw std::runtime_error("thrown"); };
    for (int round = 0; round < 200; ++round) {
        const state in = random_state(random);
        ASSERT_EQ(call(in, called), 1);
        ASSERT_EQ(differences(in, out), "");
        ASSERT_EQ(out.gpr[exactness::RSP], out.called_rsp);
    }
}

TEST_P(Unwinding, AnExceptionFindsTheCallersRegistersWhateverTheHandlerWrote) {
    const target called = GetParam().make();
    act = [](cbframe::cpu *cpu) {
        if (cpu != nullptr) {
            for (const unsigned each : preserved)
                cpu->GPR[each].u = 0x1234;
            std::memset(cpu->XMM, 0x55, sizeof(cpu->XMM));
        }
        throw 1;
    };
    const state in = random_state(random);
    ASSERT_EQ(call(in, called), 1);
    EXPECT_EQ(differences(in, out), "");
}

TEST_P(Unwinding, ExceptionsUnwindNestedCalls) {
    const target called = GetParam().make();
    int depth = 0, destroyed = 0;
    struct counts {
        int *destroyed;
        ~counts() { ++*destroyed; }
    };
    std::vector<state> outs(50);
    act = [&](cbframe::cpu *) {
        const counts counted{&destroyed};
        if (++depth == 50)
            throw std::runtime_error("the innermost");
        const state in = random_state(random);
        if (exactness_call(&in, &outs[static_cast<std::size_t>(depth)], called.address) == 1)
            throw std::runtime_error("again");
    };
    EXPECT_EQ(call(random_state(random), called), 1);
    EXPECT_EQ(depth, 50);
    EXPECT_EQ(destroyed, 50);
}

// ---------------------------------------------------------------- every instruction

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
    for (unsigned n = first_preserved_xmm; n <= last_preserved_xmm; ++n)
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
