// States of a CPU: what this one has, random ones, what a handler sees and writes of them, and in what two differ.
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

constexpr word N = word{1} << 31, Z = word{1} << 30, C = word{1} << 29, V = word{1} << 28;

/// The bytes of an SVE register; 0: this CPU has none, or its system does not let programs use them.
word cpu_components();

/// The bits of FPCR that this CPU stores, but those that let an exception trap; of FPSR.
word writable_fpcr();
word writable_fpsr();

// ---- Making states --------------------------------------------------------------------------------

/// A state of random bits in which no instruction traps.
state random_state(bits &random);
inline state random_caller(bits &random) { return random_state(random); }

state with_sp(state of, word sp);

/// There is no level without it.
inline state with_x87_of(const state &of, const state &) { return of; }

/// What the original of a tap gets that no call without the tap would give it.
inline void note_register_of_way(state &of, word original) { of.gpr[X16] = original; }

/// Whether a call that returns with another value in this general register returns elsewhere.
constexpr bool leads_the_call(unsigned gpr) { return gpr == SP || gpr == X30; }

/// The stack pointer that a handler sees in such a call.
inline word sp_of_handler(const state &out) { return out.called_sp; }

/// Moves SP to the top of another stack; where it is when the call has returned.
inline void move_to(cbf_cpu &cpu, unsigned char *top) { cpu.SP.p = top; }
inline word returned_at(const unsigned char *top) { return reinterpret_cast<std::uintptr_t>(top); }

/// What the registers were that the call itself needs: X30, and the one with the address that was called.
void complete(state &in, const state &out);

// ---- Comparing states -----------------------------------------------------------------------------

/// Whether all registers are the same bit for bit; components: bytes of SVE registers, 0: V registers only.
testing::AssertionResult same(const state &expected, const state &actual, word components);

// ---- The handler's side ---------------------------------------------------------------------------

/// What the handler sees.
void read(const cbf_cpu &from, state &into);

/// Writes everything that there is, SP and X30 apart.
void write(const state &from, cbf_cpu &into);

} // namespace exactness
