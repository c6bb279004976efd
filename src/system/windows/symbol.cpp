#include "system/system.hpp"

#include <windows.h>

namespace cbf::system {

symbol symbol_at(std::uintptr_t address) noexcept {
    const DWORD callers_error = GetLastError();
    symbol of;
    HMODULE module;
    char path[MAX_PATH];
    if (GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                           reinterpret_cast<LPCSTR>(address), &module)) {
        const DWORD length = GetModuleFileNameA(module, path, sizeof path);
        of.set_file({path, length < sizeof path ? length : 0});
        of.base = reinterpret_cast<std::uintptr_t>(module);
    }
    SetLastError(callers_error);
    return of;
}

} // namespace cbf::system
