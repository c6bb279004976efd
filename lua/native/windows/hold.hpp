#pragma once

extern "C" bool cbf_lua_hold(void (*dispatch)()); // in the folder of a CPU, in assembly

namespace cbf_lua {

inline bool hold(void (*dispatch)()) { return cbf_lua_hold(dispatch); }

inline void pass(void (*dispatch)()) { dispatch(); }

} // namespace cbf_lua
