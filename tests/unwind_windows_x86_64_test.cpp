// At every instruction of a call Windows' own unwinder finds the way back to the caller, with the registers that a
// callee preserves.
#include "numbered_frames.hpp"
#include "pool/shape.h"
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

    void expect_way_back(std::uint64_t flags = 0) { expect_way_back(GetParam().make(), flags); }
    void expect_way_back(const target &called, std::uint64_t flags = 0) {
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

bool is_in_the_image(const void *slot) {
    MEMORY_BASIC_INFORMATION known{};
    EXPECT_NE(VirtualQuery(slot, &known, sizeof(known)), 0U);
    return known.Type == MEM_IMAGE;
}

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

TEST_P(EveryInstruction, OfACallOfASlotBeyondTheImage) {
    act = [](cbframe::cpu *) {};
    std::vector<target> made;
    do
        made.push_back(GetParam().make());
    while (is_in_the_image(made.back().address));
    expect_way_back(made.back());
}

// ---------------------------------------------------------------- the pages' unwind data

constexpr std::size_t beyond_the_image = 20000; // several runs of pages

bool refuses_tables = false;
BOOLEAN WINAPI add_table(RUNTIME_FUNCTION *table, DWORD count, DWORD64 base) {
    static const auto add = reinterpret_cast<decltype(&add_table)>(
        reinterpret_cast<void (*)()>(GetProcAddress(GetModuleHandleA("ntdll"), "RtlAddFunctionTable")));
    return refuses_tables ? FALSE : add(table, count, base);
}

bool has_unwind_data(DWORD64 address) {
    DWORD64 base = 0;
    return RtlLookupFunctionEntry(address, &base, nullptr) != nullptr;
}

/// Of frames beyond the image, those with unwind data behind the push and none, as leaves, before.
std::size_t count_with_unwind_data(const std::vector<cbframe::frame> &frames) {
    return static_cast<std::size_t>(std::count_if(frames.begin(), frames.end(), [](const cbframe::frame &each) {
        const auto slot = reinterpret_cast<DWORD64>(each.address());
        return !is_in_the_image(each.address()) && has_unwind_data(slot + POOL_PUSH_END) && !has_unwind_data(slot) &&
               !has_unwind_data(slot + POOL_PUSH_END - 1);
    }));
}

TEST(FurtherPages, HaveUnwindDataForEachSlot) {
    const std::vector<cbframe::frame> frames = make_frames(beyond_the_image);
    const auto in_the_image = static_cast<std::size_t>(std::count_if(
        frames.begin(), frames.end(), [](const cbframe::frame &each) { return is_in_the_image(each.address()); }));
    EXPECT_EQ(count_with_unwind_data(frames), beyond_the_image - in_the_image);
}

TEST(FurtherPages, WorkWhereUnwindDataIsRefused) {
    const std::vector<cbframe::frame> before = make_frames(beyond_the_image); // what there is, the other tests' too
    refuses_tables = true;
    const std::vector<cbframe::frame> frames = make_frames(2 * beyond_the_image);
    refuses_tables = false;
    EXPECT_EQ(wrong_answers(frames), 0U);
    EXPECT_LT(count_with_unwind_data(frames), frames.size() / 2) << "nothing was refused";
}

} // namespace

// In place of the import library's.
extern "C" decltype(&add_table) imported_add_table asm("__imp_RtlAddFunctionTable");
decltype(&add_table) imported_add_table = add_table;
