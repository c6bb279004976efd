#include "system.hpp"

#include <windows.h>

namespace cbf_lua {
namespace {

/// The lowest pages of a stack are never there for its thread: the guard page, and what lies below it. More of them
/// are kept for who handles a stack overflow, if the thread asked for that (Microsoft, "SetThreadStackGuarantee").
constexpr std::uintptr_t guard = 4 * 4096;

std::uintptr_t guarantee() noexcept {
    ULONG size = 0; // asks only
    return SetThreadStackGuarantee(&size) != 0 ? size : 0;
}

} // namespace

std::uintptr_t this_thread() noexcept { return GetCurrentThreadId(); }

extent stack_of_this_thread() noexcept {
    ULONG_PTR first = 0, last = 0;
    GetCurrentThreadStackLimits(&first, &last);
    return {first + guard + guarantee(), last};
}

// The system calls no handlers on the threads that it interrupts.
std::uintptr_t signal_return() noexcept { return UINTPTR_MAX; }

bool is_executable(std::uintptr_t address) noexcept {
    constexpr DWORD executable = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    MEMORY_BASIC_INFORMATION known;
    return VirtualQuery(reinterpret_cast<const void *>(address), &known, sizeof(known)) == 0 ||
           (known.State == MEM_COMMIT && (known.Protect & executable) != 0);
}

// A console shows colours only in this mode.
bool stdout_is_terminal() noexcept {
    DWORD mode = 0;
    return GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode) != 0 &&
           (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

void stay_loaded() noexcept {
    HMODULE self;
    GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<LPCSTR>(stay_loaded), &self);
}

std::uintptr_t function_at(std::uintptr_t) noexcept { return 0; }

// All functions can: those without tables call nothing.
bool can_unwind(std::uintptr_t) noexcept { return true; }

} // namespace cbf_lua
