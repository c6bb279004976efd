#include "hold.hpp"

#include <cxxabi.h>

namespace cbframe::lua {

bool hold(void (*dispatch)()) {
    try {
        dispatch();
        return true;
    } catch (const abi::__forced_unwind &) { // the thread is cancelled
        throw;
    } catch (...) { // LuaJIT throws its errors as foreign exceptions
        return false;
    }
}

} // namespace cbframe::lua
