#pragma once

extern "C" bool cbf_lua_hold(void (*dispatch)()); // hold_ARCH_coff.S

namespace cbf::lua {

inline bool hold(void (*dispatch)()) { return cbf_lua_hold(dispatch); }

} // namespace cbf::lua
