#pragma once

#include <cxxabi.h>

#include <cstddef>

namespace cbf_lua {

// LuaJIT's unwind data for a callback (lj_vm_ffi_callback) puts ESP of 32-bit code 16 bytes off.
// Memory from alloca makes the compiler find this frame by other registers alone, if it cannot know the size: clang
// makes a plain variable of alloca(1).
[[gnu::always_inline]] inline void pass(void (*dispatch)()) {
    if constexpr (sizeof(void *) == 4) {
        std::size_t size = 16;
        asm("" : "+r"(size));
        asm volatile("" ::"r"(__builtin_alloca(size)));
    }
    dispatch();
}

[[gnu::always_inline]] inline bool hold(void (*dispatch)()) {
    try {
        pass(dispatch);
        return true;
    } catch (const ::abi::__forced_unwind &) { // the thread is cancelled
        throw;
    } catch (...) { // LuaJIT throws its errors as foreign exceptions
        return false;
    }
}

} // namespace cbf_lua
