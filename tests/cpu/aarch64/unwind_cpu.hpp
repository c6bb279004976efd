// What the tests of unwinding have of 64-bit Arm.
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

inline constexpr exactness::gpr_index result_register = exactness::X0, kept_register = exactness::X19;

// The general registers that a callee preserves (AAPCS64, 6.1.1).
struct preserved_register {
    const char *name;
    exactness::gpr_index index;
};
inline constexpr preserved_register preserved[] = {
    {"X19", exactness::X19}, {"X20", exactness::X20}, {"X21", exactness::X21}, {"X22", exactness::X22},
    {"X23", exactness::X23}, {"X24", exactness::X24}, {"X25", exactness::X25}, {"X26", exactness::X26},
    {"X27", exactness::X27}, {"X28", exactness::X28}, {"X29", exactness::X29}};

/// Random registers, control and status words as in a C function.
inline state random_state(bits &random) {
    state made{};
    for (word &value : made.gpr)
        value = random();
    made.nzcv = random() & 0xf0000000;
    for (auto &value : made.z) {
        const std::uint64_t low = random();
        std::memcpy(value, &low, sizeof(low));
    }
    made.call_by = random() % 3;
    return made;
}

inline state any_random_state(bits &random) { return random_state(random); }
inline state aligned_random_state(bits &random) { return random_state(random); }

inline void scribble(cbf_cpu &cpu, bits &random) {
    for (auto &value : cpu.GPR)
        value.u = random();
    cpu.NZCV.val = random();
    for (cbf_dqword &value : cpu.V)
        value.lo.u = random();
}

/// Whether code begins with bti c.
inline bool is_landing_pad(const void *code) {
    std::uint32_t instruction;
    std::memcpy(&instruction, code, sizeof(instruction));
    return instruction == 0xd503245f;
}

} // namespace unwinding
