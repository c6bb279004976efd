// The registers of 64-bit Arm as text.
#include "arch/arch.hpp"
#include "arch/rows.hpp"

#include <cbframe/cbframe.h>

#include <cinttypes>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>

namespace cbf::arch {

constinit const char *const stack_pointer_name = "sp";

namespace {

constexpr std::size_t argument_registers = 8; // AAPCS64, 6.8.2: X0 … X7, V0 … V7

std::string numbered(const char *name, std::size_t number) { return std::string{name}.append(std::to_string(number)); }

void show_general(rows &to, const cbf_cpu &cpu) {
    to.begin_qwords("general");
    for (std::size_t i = 0; i < std::size(cpu.GPR); i++)
        to.row({numbered("x", i), i < argument_registers, true}, cpu.GPR[i]);
    to.row({"sp", false, true}, cpu.SP);
}

template <class Vector>
void show_vector(rows &to, const row_name &name, const Vector &value, std::size_t bytes, bool qwords) {
    const auto show_parts = [&](const auto &parts, const char *kind) {
        for (std::size_t part = 0; part < bytes / sizeof(parts[0]); part++)
            to.row({name.text + numbered(kind, part), name.is_argument}, parts[part]);
    };
    if (qwords)
        show_parts(value.qwords, ".d");
    else
        show_parts(value.dwords, ".s");
}

void begin_vectors(rows &to, const char *title, bool qwords) {
    if (qwords)
        to.begin_qwords(title);
    else
        to.begin_dwords(title);
}

void show_scalable(rows &to, const cbf_wide &wide, bool qwords) {
    begin_vectors(to, "scalable", qwords);
    for (std::size_t i = 0; i < std::size(wide.Z); i++)
        show_vector(to, {numbered("z", i)}, wide.Z[i], static_cast<std::size_t>(wide.vector_length), qwords);
    const auto show_predicate = [&](const std::string &name, const cbf_predicate &value) {
        to.append("%-*s 0x", name_width, name.c_str());
        for (std::size_t byte = static_cast<std::size_t>(wide.vector_length) / 8; byte-- > 0;)
            to.append("%02x", value.b[byte]);
        to.append("\n");
    };
    for (std::size_t i = 0; i < std::size(wide.P); i++)
        show_predicate(numbered("p", i), wide.P[i]);
    show_predicate("ffr", wide.FFR);
}

// Arm Architecture Reference Manual, C5.2.10.
constexpr flag nzcv[] = {
    {"N", 31, 1, "Negative"},
    {"Z", 30, 1, "Zero"},
    {"C", 29, 1, "Carry"},
    {"V", 28, 1, "Overflow"},
};

// C5.2.8.
constexpr flag fpcr[] = {
    {"FIZ", 0, 1, "Flush inputs to zero"},
    {"AH", 1, 1, "Alternate handling"},
    {"NEP", 2, 1, "Numeric element preservation"},
    {"IOE", 8, 1, "Invalid operation exception trap enable"},
    {"DZE", 9, 1, "Divide by zero exception trap enable"},
    {"OFE", 10, 1, "Overflow exception trap enable"},
    {"UFE", 11, 1, "Underflow exception trap enable"},
    {"IXE", 12, 1, "Inexact exception trap enable"},
    {"EBF", 13, 1, "Extended BFloat16"},
    {"IDE", 15, 1, "Input denormal exception trap enable"},
    {"FZ16", 19, 1, "Flush half-precision to zero"},
    {"RMode", 22, 2, "Rounding mode (0 nearest, 1 up, 2 down, 3 toward zero)"},
    {"FZ", 24, 1, "Flush to zero"},
    {"DN", 25, 1, "Default NaN"},
    {"AHP", 26, 1, "Alternative half-precision"},
};

// C5.2.9.
constexpr flag fpsr[] = {
    {"IOC", 0, 1, "Invalid operation exception"},
    {"DZC", 1, 1, "Divide by zero exception"},
    {"OFC", 2, 1, "Overflow exception"},
    {"UFC", 3, 1, "Underflow exception"},
    {"IXC", 4, 1, "Inexact exception"},
    {"IDC", 7, 1, "Input denormal exception"},
    {"QC", 27, 1, "Saturation"},
};

constexpr flag_register registers[] = {
    {"NZCV", "condition flags", 8, [](const cbf_cpu &cpu) { return cpu.NZCV.val; }, nzcv},
    {"FPCR", "floating-point control register", 8, [](const cbf_cpu &cpu) { return cpu.FPCR.val; }, fpcr},
    {"FPSR", "floating-point status register", 8, [](const cbf_cpu &cpu) { return cpu.FPSR.val; }, fpsr},
};

} // namespace

std::size_t argument_words(const cbf_cpu &cpu, std::span<argument_word, most_argument_words> out) noexcept {
    static constexpr const char *names[argument_registers] = {"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"};
    for (std::size_t i = 0; i < argument_registers; i++)
        out[i] = {names[i], cpu.GPR[i].u};
    return argument_registers;
}

void show_registers(rows &to, const cbf_cpu &cpu, const cbf_format_options &options) {
    const bool qwords = options.dword_xmm == 0;
    show_general(to, cpu);
    begin_vectors(to, "vector", qwords);
    for (std::size_t i = 0; i < std::size(cpu.V); i++)
        show_vector(to, {numbered("v", i), i < argument_registers}, cpu.V[i], sizeof(cpu.V[i]), qwords);
    if (cpu.wide != nullptr && cpu.wide->vector_length != 0)
        show_scalable(to, *cpu.wide, qwords);
}

std::span<const flag_register> flag_registers() noexcept { return registers; }

} // namespace cbf::arch
