// The registers of 64-bit RISC-V as text.
#include "arch/arch.hpp"
#include "arch/rows.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <iterator>
#include <span>
#include <string>

namespace cbf::arch {

constinit const char *const stack_pointer_name = "sp";

namespace {

// RISC-V ELF psABI, 1.1 and 1.2.
constexpr const char *const general_names[] = {"zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
                                               "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
                                               "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
constexpr const char *const floating_names[] = {
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};
constexpr std::size_t first_argument = 10; // X10 … X17, F10 … F17
constexpr std::size_t last_argument = 17;

// "x10/a0"
std::string named(const char *kind, std::size_t number, const char *name) {
    return std::string{kind}.append(std::to_string(number)).append("/").append(name);
}

bool carries_argument(std::size_t number) { return number >= first_argument && number <= last_argument; }

// The RISC-V Instruction Set Manual, volume I, 11.2.
constexpr flag fcsr[] = {
    {"NX", 0, 1, "Inexact"},
    {"UF", 1, 1, "Underflow"},
    {"OF", 2, 1, "Overflow"},
    {"DZ", 3, 1, "Divide by zero"},
    {"NV", 4, 1, "Invalid operation"},
    {"frm", 5, 3, "Rounding mode (0 nearest, 1 toward zero, 2 down, 3 up, 4 nearest, ties away)"},
};

constexpr flag_register registers[] = {
    {"FCSR", "floating-point control and status register", 2, [](const cbf_cpu &cpu) { return cpu.FCSR.val; }, fcsr}};

} // namespace

std::size_t argument_words(const cbf_cpu &cpu, std::span<argument_word, most_argument_words> out) noexcept {
    static constexpr const char *names[] = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"};
    constexpr std::size_t a0 = 10; // X10: RISC-V ELF psABI, 1.1
    for (std::size_t i = 0; i < std::size(names); i++)
        out[i] = {names[i], cpu.GPR[a0 + i].u};
    return std::size(names);
}

void show_registers(rows &to, const cbf_cpu &cpu, const cbf_format_options &options) {
    to.begin_qwords("general");
    for (std::size_t i = 1; i < std::size(cpu.GPR); i++)
        to.row({named("x", i, general_names[i]), carries_argument(i), true}, cpu.GPR[i]);
    const bool qwords = options.dword_xmm == 0;
    if (qwords)
        to.begin_qwords("floating");
    else
        to.begin_dwords("floating"); // where a float is; above it are ones
    for (std::size_t i = 0; i < std::size(cpu.FPR); i++) {
        const row_name name{named("f", i, floating_names[i]), carries_argument(i)};
        if (qwords)
            to.row(name, cpu.FPR[i]);
        else
            to.row(name, cpu.FPR[i].lo);
    }
}

std::span<const flag_register> flag_registers() noexcept { return registers; }

} // namespace cbf::arch
