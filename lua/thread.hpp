// What the Lua module asks the system; one file a system.
#pragma once

#include <cstdint>

namespace cbf::lua {

struct extent {
    std::uintptr_t first, last;
};

/// A number no other living thread has. Cheap: asked at every call.
std::uintptr_t this_thread() noexcept;

/// The addresses of the calling thread's stack; empty where the system does not tell.
extent stack_of_this_thread() noexcept;

/// Where a signal handler returns to that the system itself has called; UINTPTR_MAX where that is not known.
std::uintptr_t signal_return() noexcept;

/// Whether code at the address can run; true where the system does not tell.
bool is_executable(std::uintptr_t address) noexcept;

bool stdout_is_terminal() noexcept;

} // namespace cbf::lua
