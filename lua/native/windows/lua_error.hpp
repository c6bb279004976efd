// LuaJIT's errors as Windows sees them.
#pragma once

#include <windows.h>

namespace cbf_lua {

/// Whether LuaJIT raises this for a Lua error (LJ_EXCODE in its lj_err.c), and looks for who handles it.
inline bool is_lua_error(const EXCEPTION_RECORD &exception) noexcept {
    constexpr DWORD unwinding = 0x02 | 0x04; // EXCEPTION_UNWINDING, EXCEPTION_EXIT_UNWIND
    return (exception.ExceptionCode & ~DWORD{0xFF}) == 0xE24C4A00 && (exception.ExceptionFlags & unwinding) == 0;
}

} // namespace cbf_lua
