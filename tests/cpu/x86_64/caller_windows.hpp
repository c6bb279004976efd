// Windows' own unwinder, which knows all code.
#pragma once

#include "unwind_windows.hpp"

#include <windows.h>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace unwinding {

inline std::uintptr_t instruction_of(const CONTEXT &at) { return at.Rip; }

inline bool has_way_back(const CONTEXT &, const void *) { return true; }

inline bool find_caller(CONTEXT at, state &found) {
    constexpr int most_frames = 50;
    for (int frames = 0; at.Rip != reinterpret_cast<DWORD64>(exactness_return); ++frames) {
        DWORD64 base = 0, frame = 0;
        void *data = nullptr;
        if (auto *const function = RtlLookupFunctionEntry(at.Rip, &base, nullptr)) {
            RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, at.Rip, function, &at, &data, &frame, nullptr);
        } else if (frames == 0) { // a leaf, which calls nothing
            std::memcpy(&at.Rip, reinterpret_cast<const void *>(at.Rsp), sizeof(at.Rip));
            at.Rsp += sizeof(at.Rip);
        } else {
            return false;
        }
        if (frames == most_frames)
            return false;
    }
    const DWORD64 general[] = {at.Rax, at.Rcx, at.Rdx, at.Rbx, at.Rsp, at.Rbp, at.Rsi, at.Rdi,
                               at.R8,  at.R9,  at.R10, at.R11, at.R12, at.R13, at.R14, at.R15};
    std::copy(std::begin(general), std::end(general), found.gpr);
    for (unsigned n = first_preserved_xmm; n != end_of_preserved_xmm; ++n)
        std::memcpy(found.zmm[n], &(&at.Xmm0)[n], 16);
    return true;
}

} // namespace unwinding
