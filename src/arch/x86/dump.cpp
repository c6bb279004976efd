// The registers of x86, of either width, as text.
#include "arch/x86/dump.hpp"

#include <cbframe/cbframe.h>

#include <algorithm>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <limits>
#include <string>

namespace cbf::arch {
namespace {

// The bits of cbf_wide::components.
constexpr std::uint64_t avx = 1U << 2;
constexpr std::uint64_t opmask = 1U << 5;
constexpr std::uint64_t zmm_hi256 = 1U << 6;
constexpr std::uint64_t hi16_zmm = 1U << 7;
constexpr std::uint64_t all_wide = avx | opmask | zmm_hi256 | hi16_zmm;

std::string numbered(const char *name, std::uint64_t number) {
    return std::string{name}.append(std::to_string(number));
}

bool is_live(const cbf_cpu &cpu, unsigned st) { return (cpu.FTWX.val >> ((cpu.FSW.TOP + st) & 7U) & 1U) != 0; }

static_assert(std::numeric_limits<long double>::digits == 64, "long double is the 80-bit number of the x87");

// Intel SDM vol. 1, 8.2.2: unless the exponent is 0, the top bit of the mantissa must be 1. The C
// library may do anything with other encodings, and every MMX value without that bit is one.
bool is_valid(const cbf_tword &value) { return value.exponent == 0 || value.mantissa < 0; }

long double to_long_double(const cbf_tword &value) {
    cbf_tword usual = value;
    if (value.exponent == 0 && value.mantissa < 0) // a pseudo-denormal, which MinGW's C library takes for half of it
        usual.exponent = 1;
    long double number = 0;
    std::memcpy(&number, usual.b, sizeof usual.bytes);
    return number;
}

// The encodings that the x87 refuses as invalid operands are no numbers.
void show_extended(rows &to, const row_name &name, const cbf_tword &value) {
    const unsigned sign_and_exponent = static_cast<unsigned>(value.sign << 15 | value.exponent);
    char hex[24];
    std::snprintf(hex, sizeof hex, "0x%04x%016" PRIx64, sign_and_exponent, static_cast<std::uint64_t>(value.mantissa));
    to.row(name, hex, is_valid(value) ? to_long_double(value) : std::numeric_limits<long double>::quiet_NaN());
}

void show_x87(rows &to, const cbf_cpu &cpu) {
    if (cpu.FTWX.val == 0) {
        to.begin_section();
        to.append("%-*s empty\n", name_width, "x87");
        return;
    }
    to.begin_extended("x87");
    for (unsigned st = 0; st < std::size(cpu.FPR); st++)
        if (is_live(cpu, st))
            show_extended(to, {numbered("st(", st) + ')'}, cpu.FPR[st]);
}

void begin_vectors(rows &to, const char *title, bool qwords) {
    if (qwords)
        to.begin_qwords(title);
    else
        to.begin_dwords(title);
}

template <class Vector>
void show_vector(rows &to, const row_name &name, const Vector &value, bool qwords) {
    const auto show_parts = [&](const auto &parts, const char *kind) {
        for (std::size_t part = 0; part < std::size(parts); part++)
            to.row({name.text + numbered(kind, part), name.is_argument}, parts[part]);
    };
    if (qwords)
        show_parts(value.qwords, ".q");
    else
        show_parts(value.dwords, ".d");
}

void show_xmm(rows &to, const cbf_cpu &cpu, const cbf_format_options &options) {
    begin_vectors(to, "xmm", options.dword_xmm == 0);
    for (std::size_t i = 0; i < std::size(cpu.XMM); i++)
        show_vector(to, {numbered("xmm", i), i < xmm_arguments}, cpu.XMM[i], options.dword_xmm == 0);
}

// Registers, called prefix, a number from first on, suffix.
struct bank {
    const char *prefix;
    unsigned first;
    const char *suffix;
};

// The registers of a bank that are not all zero, and how many are: most of 48 always are.
template <class Vector, std::size_t Count>
void show_nonzero(rows &to, const bank &bank, const Vector (&values)[Count], bool qwords) {
    unsigned zeros = 0;
    for (unsigned i = 0; i < Count; i++) {
        if (std::ranges::all_of(values[i].b, [](std::uint8_t byte) { return byte == 0; }))
            zeros++;
        else
            show_vector(to, {numbered(bank.prefix, bank.first + i) + bank.suffix}, values[i], qwords);
    }
    const std::string all = numbered(bank.prefix, bank.first) + numbered("-", bank.first + Count - 1) + bank.suffix;
    if (zeros != 0)
        to.append("%-*s %u of %u are all zero, not shown\n", name_width, all.c_str(), zeros,
                  static_cast<unsigned>(Count));
}

void show_opmasks(rows &to, const cbf_wide &wide) {
    constexpr std::size_t in_a_line = 4;
    for (std::size_t i = 0; i < std::size(wide.K); i++)
        to.append("%s 0x%016" PRIx64 "%s", numbered("k", i).c_str(), wide.K[i].u,
                  (i + 1) % in_a_line == 0 ? "\n" : "  ");
}

template <class Wide>
void show_wide(rows &to, const Wide &wide, const cbf_format_options &options) {
    begin_vectors(to, "wide", options.dword_xmm == 0);
    if (wide.components & avx)
        show_nonzero(to, {"ymm", 0, ".hi"}, wide.YMM_Hi128, options.dword_xmm == 0);
    if (wide.components & zmm_hi256)
        show_nonzero(to, {"zmm", 0, ".hi"}, wide.ZMM_Hi256, options.dword_xmm == 0);
    if constexpr (requires { wide.Hi16_ZMM; }) // 64-bit mode has it
        if (wide.components & hi16_zmm)
            show_nonzero(to, {"zmm", 16, ""}, wide.Hi16_ZMM, options.dword_xmm == 0);
    if (wide.components & opmask)
        show_opmasks(to, wide);
}

} // namespace

void show_registers(rows &to, const cbf_cpu &cpu, const cbf_format_options &options) {
    show_general_registers(to, cpu);
    show_x87(to, cpu);
    show_xmm(to, cpu, options);
    if (cpu.wide != nullptr && (cpu.wide->components & all_wide) != 0)
        show_wide(to, *cpu.wide, options);
}

} // namespace cbf::arch
