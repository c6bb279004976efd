// Unwind data of further pages, the same as arch/aarch64/slots.S has for those of the image.
// Microsoft, "ARM64 exception handling".
#include "system/windows/unwinding.hpp"

#include <windows.h>

#include <new>

namespace cbf::system {

namespace {

/// What one run needs. Up to its push a slot is a leaf function, which needs no entry.
struct unwind_data {
    static constexpr DWORD count = POOL_PAGES * (POOL_SLOTS + 1);
    RUNTIME_FUNCTION functions[count];
};
static_assert(sizeof(unwind_data) <= arch::run_size);
static_assert(POOL_KINDS >= 2, "or there is no room between a run's code and its records");

void fill(unwind_data &out, DWORD at) noexcept {
    constexpr DWORD of_slot = POOL_PUSHED(POOL_SLOT_SIZE - POOL_PUSH_END);
    constexpr DWORD of_tail = POOL_PUSHED(POOL_SLOT_SIZE);
    for (RUNTIME_FUNCTION &each : out.functions) {
        const bool is_tail = at % POOL_PAGE_SIZE == POOL_SLOTS * POOL_SLOT_SIZE;
        each.BeginAddress = is_tail ? at : at + POOL_PUSH_END;
        each.UnwindData = is_tail ? of_tail : of_slot;
        at += POOL_SLOT_SIZE;
    }
}

} // namespace

void tell_unwinders(arch::slot_kind kind, std::byte *first, std::byte *code) noexcept {
    if (kind != arch::slot_kind::frame) // a leaf function at every instruction
        return;
    void *const room = VirtualAlloc(first + arch::run_size, sizeof(unwind_data), MEM_COMMIT, PAGE_READWRITE);
    if (room == nullptr)
        return;
    auto *const data = new (room) unwind_data;
    fill(*data, static_cast<DWORD>(code - first));
    DWORD before;
    if (VirtualProtect(room, sizeof(unwind_data), PAGE_READONLY, &before) == 0 ||
        RtlAddFunctionTable(data->functions, unwind_data::count, reinterpret_cast<DWORD64>(first)) == 0)
        VirtualFree(room, sizeof(unwind_data), MEM_DECOMMIT);
}

} // namespace cbf::system
