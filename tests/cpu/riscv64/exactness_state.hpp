// States of a CPU: random ones, what a handler sees and writes of them, and in what two differ.
#pragma once

#include "exactness.S"
#include "exactness_compare.hpp"
#include "native.h"

#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>

namespace exactness {

using cbframe::cpu;
using cbframe::level;
using bits = std::mt19937_64;

inline constexpr std::size_t handler_stack = 0; // bytes of a call below cpu

// ---- This CPU -------------------------------------------------------------------------------------

/// What level `all` adds: nothing.
inline word cpu_components() { return 0; }

/// The bits of FCSR, and how many rounding modes there are: others make arithmetic trap.
inline constexpr word exception_flags = 0x1f, rounding_modes = 5;
inline constexpr unsigned rounding_shift = 5;

// ---- Making states --------------------------------------------------------------------------------

/// A state of random bits in which no instruction traps.
state random_state(bits &random);
inline state random_caller(bits &random) { return random_state(random); }

state with_sp(state of, word sp);

/// There is no level without it.
inline state with_x87_of(const state &of, const state &) { return of; }

/// What the original of a tap gets that no call without the tap would give it.
inline void note_register_of_way(state &of, word original) { of.gpr[X6] = original; }

/// Whether a call that returns with another value in this general register returns elsewhere, or not as it should: the
/// register is one of the linker's or of threads.
constexpr bool leads_the_call(unsigned gpr) { return gpr <= X4; }

/// The stack pointer that a handler sees in such a call.
inline word sp_of_handler(const state &out) { return out.called_sp; }

/// Moves SP to the top of another stack; where it is when the call has returned.
inline void move_to(cbf_cpu &cpu, unsigned char *top) { cpu.SP.p = top; }
inline word returned_at(const unsigned char *top) { return reinterpret_cast<std::uintptr_t>(top); }

/// What the registers were that the call itself needs: X1, X3 and X4, and the one with the address that was called.
void complete(state &in, const state &out);

// ---- Comparing states -----------------------------------------------------------------------------

/// Whether all registers are the same bit for bit.
testing::AssertionResult same(const state &expected, const state &actual, word components);

// ---- The handler's side ---------------------------------------------------------------------------

/// What the handler sees.
void read(const cbf_cpu &from, state &into);

/// Writes everything that there is, what leads the call apart.
void write(const state &from, cbf_cpu &into);

} // namespace exactness
