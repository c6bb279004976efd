// Slots have unwind data, those beyond the image as those in it.
#include "arch/shape.h"
#include "numbered_frames.hpp"
#include "stepping_windows.hpp"

#include <algorithm>

namespace {

using namespace unwinding;

bool is_in_the_image(const void *slot) {
    MEMORY_BASIC_INFORMATION known{};
    EXPECT_NE(VirtualQuery(slot, &known, sizeof(known)), 0U);
    return known.Type == MEM_IMAGE;
}

TEST_P(EveryInstruction, OfACallOfASlotBeyondTheImage) {
    act = [](cbframe::cpu *) {};
    std::vector<target> made;
    do
        made.push_back(GetParam().make());
    while (is_in_the_image(made.back().address));
    expect_way_back(made.back());
}

constexpr std::size_t beyond_the_image = 20000; // several runs of pages

/// Of the UNWIND_INFO for the code at an address; 0: it has none.
unsigned version_at(DWORD64 address) {
    DWORD64 base = 0;
    const RUNTIME_FUNCTION *const function = RtlLookupFunctionEntry(address, &base, nullptr);
    return function == nullptr ? 0 : *reinterpret_cast<const unsigned char *>(base + function->UnwindData) & 7U;
}

// By version 1 Windows takes a jump out of a function for an epilogue, be it in the prologue. Wine does not, so that no
// step shows it here.
TEST(Slots, SayWhereEpiloguesAre) {
    for (const cbframe::frame &each : make_frames(beyond_the_image)) {
        const auto slot = reinterpret_cast<DWORD64>(each.address());
        const DWORD64 tail = slot / POOL_PAGE_SIZE * POOL_PAGE_SIZE + POOL_SLOTS * POOL_SLOT_SIZE;
        EXPECT_EQ(version_at(slot + POOL_PUSH_END), 2U);
        EXPECT_EQ(version_at(tail), 2U);
        EXPECT_EQ(version_at(tail + POOL_TAIL_PUSH_END), 2U);
    }
}

bool refuses_tables = false;
BOOLEAN WINAPI add_table(RUNTIME_FUNCTION *table, DWORD count, DWORD64 base) {
    static const auto add = reinterpret_cast<decltype(&add_table)>(
        reinterpret_cast<void (*)()>(GetProcAddress(GetModuleHandleA("ntdll"), "RtlAddFunctionTable")));
    return refuses_tables ? FALSE : add(table, count, base);
}

bool has_unwind_data(DWORD64 address) { return version_at(address) != 0; }

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
