// What the tests of unwinding have of 64-bit RISC-V.
#pragma once

#include "exactness.S"

#include <cbframe/frame.hpp>

#include <cstdint>
#include <cstring>
#include <random>

namespace unwinding {

using exactness::state;
using exactness::word;
using bits = std::mt19937_64;

inline constexpr exactness::gpr_index result_register = exactness::X10, kept_register = exactness::X9;

// The general registers that a callee preserves (RISC-V ELF psABI, 1.1).
struct preserved_register {
    const char *name;
    exactness::gpr_index index;
};
inline constexpr preserved_register preserved[] = {
    {"X8", exactness::X8},   {"X9", exactness::X9},   {"X18", exactness::X18}, {"X19", exactness::X19},
    {"X20", exactness::X20}, {"X21", exactness::X21}, {"X22", exactness::X22}, {"X23", exactness::X23},
    {"X24", exactness::X24}, {"X25", exactness::X25}, {"X26", exactness::X26}, {"X27", exactness::X27}};

/// Random registers, and FCSR as in a C function.
inline state random_state(bits &random) {
    state made{};
    for (word &value : made.gpr)
        value = random();
    for (word &value : made.fpr)
        value = random();
    made.call_by = random() % 3;
    return made;
}

inline state any_random_state(bits &random) { return random_state(random); }
inline state aligned_random_state(bits &random) { return random_state(random); }

inline void scribble(cbf_cpu &cpu, bits &random) {
    for (cbf_qword &value : cpu.GPR)
        value.u = random();
    for (cbf_qword &value : cpu.FPR)
        value.u = random();
}

/// This CPU asks for none.
inline bool is_landing_pad(const void *) { return true; }

} // namespace unwinding
