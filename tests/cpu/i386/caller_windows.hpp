// The unwinder of gcc's runtime, which can be asked at every instruction of our assembly; other code tells it of calls
// only.
#pragma once

#include "unwind_windows.hpp"

#include "arch/arch.hpp"
#include "arch/shape.h"
#include "arch/x86/typed.hpp"

#include <unwind.h>
#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

/// _Unwind_Backtrace, from the state of another instruction: as a signal handler's frame is to the unwinder, whose
/// caller was interrupted there.
extern "C" void unwind_from(const CONTEXT *at, _Unwind_Trace_Fn function, void *argument) asm("unwind_from");
asm(R"(
    .text
unwind_from:
    .cfi_startproc
    .cfi_signal_frame
    push %ebx
    mov 8(%esp), %ebx
    # ESP is what [EBX + 196] holds: breg3 196; deref
    .cfi_escape 0x0f, 4, 0x73, 0xc4, 0x01, 0x06
    # EAX, ECX, EDX, EBX, EBP, ESI, EDI, EIP are at EBX + 176, 172, 168, 164, 180, 160, 156, 184: breg3 each
    .cfi_escape 0x10, 0, 3, 0x73, 0xb0, 0x01
    .cfi_escape 0x10, 1, 3, 0x73, 0xac, 0x01
    .cfi_escape 0x10, 2, 3, 0x73, 0xa8, 0x01
    .cfi_escape 0x10, 3, 3, 0x73, 0xa4, 0x01
    .cfi_escape 0x10, 5, 3, 0x73, 0xb4, 0x01
    .cfi_escape 0x10, 6, 3, 0x73, 0xa0, 0x01
    .cfi_escape 0x10, 7, 3, 0x73, 0x9c, 0x01
    .cfi_escape 0x10, 8, 3, 0x73, 0xb8, 0x01
    push 16(%esp)
    push 16(%esp)
    call __Unwind_Backtrace
    add $8, %esp
    pop %ebx
    ret
    .cfi_endproc
)");
static_assert(offsetof(CONTEXT, Esp) == 196 && offsetof(CONTEXT, Eax) == 176 && offsetof(CONTEXT, Ecx) == 172 &&
              offsetof(CONTEXT, Edx) == 168 && offsetof(CONTEXT, Ebx) == 164 && offsetof(CONTEXT, Ebp) == 180 &&
              offsetof(CONTEXT, Esi) == 160 && offsetof(CONTEXT, Edi) == 156 && offsetof(CONTEXT, Eip) == 184);

namespace unwinding {

inline std::uintptr_t instruction_of(const CONTEXT &at) { return at.Eip; }

/// In the page of the slot, with its tail, or in an entry.
inline bool has_way_back(const CONTEXT &at, const void *slot) {
    constexpr void (*entries[])() = {cbf_entry_legacy, cbf_entry_all,        cbf_callback_ecx,   cbf_callback_edx,
                                     cbf_closure_x86,  cbf_closure_x86_wide, cbf_closure_x86_mmx};
    if (at.Eip / POOL_PAGE_SIZE == reinterpret_cast<std::uintptr_t>(slot) / POOL_PAGE_SIZE)
        return true;
    // The function searches one byte before what it is given.
    const void *const function = _Unwind_FindEnclosingFunction(reinterpret_cast<void *>(at.Eip + 1));
    return std::ranges::any_of(entries, [&](auto *each) { return reinterpret_cast<const void *>(each) == function; });
}

/// What the unwinder's callback fills.
struct search {
    state *found;
    bool is_found = false;
};

inline _Unwind_Reason_Code look(_Unwind_Context *context, void *argument) {
    if (_Unwind_GetIP(context) != reinterpret_cast<_Unwind_Ptr>(exactness_return))
        return _URC_NO_REASON;
    auto &under_way = *static_cast<search *>(argument);
    for (const unsigned each : preserved) // which the unwinder numbers as Intel does
        under_way.found->gpr[each] = _Unwind_GetGR(context, static_cast<int>(each));
    under_way.found->gpr[exactness::SP] = _Unwind_GetCFA(context);
    under_way.is_found = true;
    return _URC_END_OF_STACK;
}

inline bool find_caller(const CONTEXT &at, state &found) {
    search begun{&found};
    unwind_from(&at, look, &begun);
    return begun.is_found;
}

} // namespace unwinding
