// What all systems of POSIX share.
#include "system.hpp"

#include <dlfcn.h>
#include <unistd.h>
#include <unwind.h>

namespace cbf_lua {

bool stdout_is_terminal() noexcept { return isatty(STDOUT_FILENO) == 1; }

void stay_loaded() noexcept {
    Dl_info self;
    if (dladdr(reinterpret_cast<const void *>(stay_loaded), &self) != 0)
        dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

std::uintptr_t function_at(std::uintptr_t instruction) noexcept {
    return reinterpret_cast<std::uintptr_t>(_Unwind_FindEnclosingFunction(reinterpret_cast<void *>(instruction)));
}

namespace {

struct search {
    std::uintptr_t function;
    bool found;
};

_Unwind_Reason_Code look(_Unwind_Context *context, void *argument) {
    auto &of = *static_cast<search *>(argument);
    of.found = _Unwind_GetRegionStart(context) == of.function;
    return of.found ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

} // namespace

bool can_unwind(std::uintptr_t function) noexcept {
    search of{function, false};
    if (function != 0)
        _Unwind_Backtrace(look, &of);
    return of.found;
}

} // namespace cbf_lua
