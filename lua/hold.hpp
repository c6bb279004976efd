// Keeps Lua errors away from C:
//
//     bool hold(void (*dispatch)());
//
// Calls dispatch, a LuaJIT callback. Returns whether it returned: false if a Lua error left it that it could not hold,
// because it had no room left on the Lua stack, or a debug hook raised it.
#pragma once

#if defined(_WIN32)
#include "hold_windows.hpp"
#elif defined(__APPLE__)
#include "hold_macos.hpp"
#else
#include "hold_linux.hpp"
#endif
