// All that an operating system must bring for the Lua module; linux/ and the folders beside it say how.
#pragma once

#include "hold.hpp"
#include "this_thread.hpp"

#include <atomic>
#include <cstdint>

namespace cbf_lua {

struct extent {
    std::uintptr_t first, last;
};

/// The addresses of the calling thread's stack; empty where the system does not tell.
extent stack_of_this_thread() noexcept;

/// Where a signal handler returns to that the system itself has called; UINTPTR_MAX where that is not known.
std::uintptr_t signal_return() noexcept;

/// Whether code at the address can run; true where the system does not tell.
bool is_executable(std::uintptr_t address) noexcept;

bool stdout_is_terminal() noexcept;

/// Keeps this library in the process: not each C++ runtime gives back what it took when it was loaded, and Lua states
/// come and go.
void stay_loaded() noexcept;

/// Where the function begins that has this instruction; 0 if nobody knows.
std::uintptr_t function_at(std::uintptr_t instruction) noexcept;

/// Whether all functions between this one and the next one around it that begins there can be unwound; true where the
/// system does not tell.
bool can_unwind(std::uintptr_t function) noexcept;

/// Wakes one thread. What fails once it was made wakes nobody.
struct bell {
    std::intptr_t handle, other; // what can be waited for by the system's own means; what more there is of it

    bool make() noexcept;
    void close() noexcept;

    /// On any thread, in signal handlers too; changes no errno.
    void ring() const noexcept;

    void silence() const noexcept;

    /// Sleeps until it is rung and not silenced, the time has passed or a signal came. The thread may be cancelled
    /// there.
    void wait(double seconds) const;

    /// In the child of a fork: makes it the child's own, with the same handle.
    void renew() noexcept;
};

/// Sleeps while the word has this value; maybe less long. seconds: at most; negative: without end.
void wait_while(const std::atomic<std::uint32_t> &word, std::uint32_t value, double seconds) noexcept;

/// Wakes who sleeps because of the word. Nothing is there any more, perhaps, but its address.
void wake(const std::atomic<std::uint32_t> &word) noexcept;

/// Has the functions called around each fork of the process, if there is such a thing.
void guard_forks(void (*before)(), void (*after_in_parent)(), void (*after_in_child)());

// In this_thread.hpp, inline where that is cheaper:
//
//     std::uintptr_t this_thread() noexcept
//         A number no other living thread has. Cheap: asked at every call.
//
// In hold.hpp, inline:
//
//     bool hold(void (*dispatch)())
//         Keeps Lua errors away from C. Calls dispatch, a LuaJIT callback. Returns whether it returned: false if a Lua
//         error left it that it could not hold, because it had no room left on the Lua stack, or a debug hook raised
//         it.
//
//     void pass(void (*dispatch)())
//         Calls dispatch, a LuaJIT callback, whose error goes on to the caller.

} // namespace cbf_lua
