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

// ---- This CPU -------------------------------------------------------------------------------------

constexpr word CF = 1 << 0, PF = 1 << 2, AF = 1 << 4, ZF = 1 << 6, SF = 1 << 7, DF = 1 << 10, OF = 1 << 11,
               NT = 1 << 14, AC = 1 << 18, ID = 1 << 21;
constexpr word usual_flags = CF | PF | AF | ZF | SF | DF | OF;
constexpr word rare_flags = AC | ID | NT;
constexpr word set_flags = 0x202; // bit 1 and IF: set in every program

constexpr std::uint16_t x87_exceptions = 0x3f, x87_error_summary = 0x80, x87_busy = 0x8000, x87_top = 0x3800;
constexpr std::uint32_t sse_exceptions = 0x3f, sse_masks = 0x1f80;

bool cpu_has_xsave();

/// Whether XGETBV with ECX=1 says which components are in use.
bool cpu_tells_xinuse();

/// Whether XGETBV ever says that the x87 is in its initial configuration.
bool cpu_tells_initial_x87();

/// The parts of cbf_wide that this CPU has.
word cpu_components();

/// The bits of the x87 control word that this CPU stores.
std::uint16_t writable_fcw();

/// The bits of MXCSR that this CPU stores.
std::uint32_t writable_mxcsr();

fxsave_image fxsave();

// ---- Making states --------------------------------------------------------------------------------

/// A state of random bits in which no instruction traps: all exceptions are masked.
state random_state(bits &random);

/// A random state, often with an x87 as C functions leave it: never used, or used and empty again.
state random_caller(bits &random);

void set_fsw(state &of, std::uint64_t value);
void set_top(state &of, unsigned top);

/// The x87 in its initial configuration: as every C function leaves it, unless something has used it.
void set_initial_x87(state &of);

/// Takes on AC, ID and NT as well; AC only with an aligned stack, or the caller's own call would trap.
void add_rare_flags(bits &random, state &to);

void unmask_sse_exceptions(bits &random, state &of);
void unmask_x87_exceptions(bits &random, state &of);
void make_x87_exception_pending(bits &random, state &of);

state with_sp(state of, word rsp);

/// The same with the x87 of another state.
state with_x87_of(state of, const state &other);

/// What the original of a tap gets that no call without the tap would give it.
inline void note_register_of_way(state &, word) {}

/// Whether a call that returns with another value in this general register returns elsewhere.
constexpr bool leads_the_call(unsigned gpr) { return gpr == SP; }

/// The stack pointer that a handler sees in such a call.
inline word sp_of_handler(const state &out) { return out.called_sp - sizeof(void *); }

/// Moves the return address to the top of another stack and RSP with it; where RSP is when the call has returned.
void move_to(cbf_cpu &cpu, unsigned char *top);
inline word returned_at(const unsigned char *top) { return reinterpret_cast<std::uintptr_t>(top) + sizeof(void *); }

/// What the registers of a call were if the CPU had to say: those of x87 that were made by instructions.
void complete(state &in, const state &out);

// ---- Comparing states -----------------------------------------------------------------------------

/// Whether all registers are the same bit for bit, those of components included.
testing::AssertionResult same(const state &expected, const state &actual, std::uint64_t components);

// ---- The handler's side ---------------------------------------------------------------------------

/// What the handler sees.
void read(const cbf_cpu &from, state &into);

/// Writes everything that there is, RSP apart.
void write(const state &from, cbf_cpu &into);

} // namespace exactness
