// Code interrupted before each of its instructions.
#pragma once

#if defined(_WIN32)
#include "interruption_windows.hpp"
#else
#include "interruption_linux.hpp"
#endif

#include <cbframe/frame.hpp>

#include <cstdint>

#include <x86intrin.h>

/// Runs function, with a call of handler before each of its instructions: see interrupted_at().
template <class Function>
void interrupt_everywhere(const cbframe::frame &handler, Function function) {
    constexpr std::uintptr_t trap_flag = 0x100;
    interruption traps(handler);
    __writeeflags(__readeflags() | trap_flag);
    function();
    traps.end();
    __writeeflags(__readeflags() & ~trap_flag);
}
