#pragma once

namespace cbf_lua {

// LuaJIT throws its errors as foreign exceptions. A thread that is cancelled throws nothing here.
inline bool hold(void (*dispatch)()) {
    try {
        dispatch();
        return true;
    } catch (...) {
        return false;
    }
}

inline void pass(void (*dispatch)()) { dispatch(); }

} // namespace cbf_lua
