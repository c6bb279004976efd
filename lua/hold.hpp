// Keeps Lua errors away from C; one file a system.
#pragma once

namespace cbframe::lua {

/// Calls dispatch, a LuaJIT callback. Returns whether it returned: false, if a Lua error left it that it could not
/// hold, because it had no room left on the Lua stack, or a debug hook raised it. What else leaves it passes.
bool hold(void (*dispatch)());

} // namespace cbframe::lua
