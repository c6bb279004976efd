// What the tests of unwinding have of x86.
#pragma once

#include "stepping_linux.hpp"

#include <cbframe/frame.hpp>

#include <cstring>
#include <random>

namespace unwinding {

using bits = std::mt19937_64;

inline constexpr exactness::gpr_index result_register = exactness::AX, kept_register = exactness::BX;

/// Random general registers, everything else as it is in a C function.
inline state random_state(bits &random) {
    state made{};
    for (word &value : made.gpr)
        value = static_cast<word>(random());
    made.rflags = 0x202;
    made.alignment = static_cast<word>(random() % 2 * 8);
    made.fx.fcw = 0x37f;
    made.fx.mxcsr = 0x1f80;
    made.components = __builtin_cpu_supports("avx") ? COMPONENT_YMM : 0;
    return made;
}

inline void put_values_on_the_x87_stack(state &of) {
    of.fx.ftw = 0xe0;
    of.fx.fsw = 5 << 11;
}

inline void make_x87_exception_pending(state &of) {
    of.fx.fcw = 0x37e;
    of.fx.fsw = 0x8081;
}

inline void set_an_upper_half(state &of) { of.zmm[exactness::vectors - 1][31] = 1; }

inline void scribble(cbf_cpu &cpu, bits &random) {
    const auto stack_pointer = cpu.GPR[exactness::SP];
    for (auto &value : cpu.GPR)
        value.u = static_cast<word>(random());
    cpu.GPR[exactness::SP] = stack_pointer;
    cpu.EFLAGS.DF = 1;
    for (cbf_dqword &value : cpu.XMM)
        value.lo.u = random();
}

/// The same in any state that C++ code may be called in.
inline state any_random_state(bits &random) {
    state made = random_state(random);
    made.alignment = static_cast<word>(random() % 16);
    made.rflags |= static_cast<word>(random() & DF);
    if (random() % 2 == 0)
        put_values_on_the_x87_stack(made);
    return made;
}

/// One that functions of C++ may be called in.
inline state aligned_random_state(bits &random) {
    state made = random_state(random);
    made.alignment = 0;
    return made;
}

inline bool is_landing_pad(const void *code) {
    constexpr unsigned char endbr[] = {0xf3, 0x0f, 0x1e, sizeof(void *) == 8 ? 0xfa : 0xfb};
    return std::memcmp(code, endbr, sizeof(endbr)) == 0;
}

} // namespace unwinding
