// Unwind data of further pages, the same as arch/x86_64/ms/unwind.inc has for those of the image and says why.
// Microsoft, "x64 exception handling".
#include "system/windows/unwinding.hpp"

#include <windows.h>

#include <cstdint>
#include <new>

namespace cbf::system {

namespace {

struct unwind_code {
    std::uint8_t end; ///< of the instruction
    std::uint8_t operation;
};
constexpr std::uint8_t push = 2; // UWOP_ALLOC_SMALL, 8 bytes

/// UNWIND_INFO of code that pushes and jumps, all of it prologue.
struct alignas(DWORD) unwind_info {
    std::uint8_t version;
    std::uint8_t prologue_size;
    std::uint8_t count;
    std::uint8_t frame_register;
    unwind_code codes[2]; // the last instruction first
};

/// What one run needs. Up to its push or call a slot is a leaf function, which needs no entry.
struct unwind_data {
    unwind_info called{2, POOL_SLOT_SIZE - POOL_TAP_RETURN, 0, 0, {}};
    unwind_info jump{2, POOL_SLOT_SIZE - POOL_PUSH_END, 1, 0, {{0, push}, {}}};
    unwind_info tail{2, POOL_SLOT_SIZE, 2, 0, {{POOL_TAIL_PUSH_END, push}, {0, push}}};
    static constexpr DWORD count = POOL_PAGES * (POOL_SLOTS + 1);
    RUNTIME_FUNCTION functions[count];
};
static_assert(sizeof(unwind_data) <= arch::run_size);
static_assert(POOL_KINDS >= 2, "or there is no room between a run's code and its records");

void fill(unwind_data &out, arch::slot_kind kind, const std::byte *first, const std::byte *code) noexcept {
    const bool is_of_frames = kind == arch::slot_kind::frame;
    const unwind_info &of_slot = is_of_frames ? out.jump : out.called;
    const unwind_info &of_tail = is_of_frames ? out.tail : out.jump; // by which a tap's slot has called
    const DWORD begin = is_of_frames ? POOL_PUSH_END : POOL_TAP_RETURN;
    const auto relative = [first](const void *address) {
        return static_cast<DWORD>(static_cast<const std::byte *>(address) - first);
    };
    DWORD at = relative(code);
    for (RUNTIME_FUNCTION &each : out.functions) {
        const bool is_tail = at % POOL_PAGE_SIZE == POOL_SLOTS * POOL_SLOT_SIZE;
        each.BeginAddress = is_tail ? at : at + begin;
        at += POOL_SLOT_SIZE;
        each.EndAddress = at;
        each.UnwindData = relative(is_tail ? &of_tail : &of_slot);
    }
}

} // namespace

void tell_unwinders(arch::slot_kind kind, std::byte *first, std::byte *code) noexcept {
    if (kind == arch::slot_kind::typed) // a leaf function at every instruction
        return;
    void *const room = VirtualAlloc(first + arch::run_size, sizeof(unwind_data), MEM_COMMIT, PAGE_READWRITE);
    if (room == nullptr)
        return;
    auto *const data = new (room) unwind_data;
    fill(*data, kind, first, code);
    DWORD before;
    if (VirtualProtect(room, sizeof(unwind_data), PAGE_READONLY, &before) == 0 ||
        RtlAddFunctionTable(data->functions, unwind_data::count, reinterpret_cast<DWORD64>(first)) == 0)
        VirtualFree(room, sizeof(unwind_data), MEM_DECOMMIT);
}

} // namespace cbf::system
