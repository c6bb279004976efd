// What format() writes of both widths of x86: every row is held against numbers computed elsewhere, not by our code.
#include "dump_wide.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <clocale>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <immintrin.h>

namespace {

using cbframe::flags;
using cbframe::format;
using cbframe::format_options;
using namespace dump_rows;

constexpr std::size_t vectors = sizeof(cbf_cpu::XMM) / sizeof(cbf_dqword);
const std::string last_xmm = "xmm" + std::to_string(vectors - 1);

std::string qword_row(std::uint64_t bits) {
    cbframe::cpu cpu{};
    cpu.XMM[0].qwords[0].u = bits;
    return without_mark(row(format(cpu), "xmm0.q0"));
}

std::string dword_row(std::uint32_t bits) {
    cbframe::cpu cpu{};
    cpu.XMM[0].dwords[0].u = bits;
    return without_mark(row(format(cpu, {.xmm_qwords = false}), "xmm0.d0"));
}

// ---------------------------------------------------------------- XMM; general registers are in the dump.cpp of each

TEST(Dump, qwords_in_every_reading) {
    EXPECT_EQ(qword_row(0x400921fb54442d18),
              "xmm0.q0      0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12");
    EXPECT_EQ(qword_row(0x0123456789abcdef),
              "xmm0.q0      0x0123456789abcdef    3.5127e-303    19088743 -1985229329  2.99882e-38 -4.13604e-33");
    EXPECT_EQ(qword_row(0),
              "xmm0.q0      0x0000000000000000              0           0           0            0            0");
}

TEST(Dump, extreme_values) {
    EXPECT_EQ(qword_row(0x8000000080000000),
              "xmm0.q0      0x8000000080000000    -1.061e-314 -2147483648 -2147483648           -0           -0");
    EXPECT_EQ(qword_row(0xffefffffffffffff),
              "xmm0.q0      0xffefffffffffffff  -1.79769e+308    -1048577          -1          nan          nan");
    EXPECT_EQ(qword_row(0xff7fffffff7fffff),
              "xmm0.q0      0xff7fffffff7fffff  -1.40445e+306    -8388609    -8388609 -3.40282e+38 -3.40282e+38");
    EXPECT_EQ(qword_row(0xffee42d130773b76),
              "xmm0.q0      0xffee42d130773b76      -1.7e+308    -1162543   813120374          nan  8.99426e-10");
    EXPECT_EQ(qword_row(0x000730d67819e8d2),
              "xmm0.q0      0x000730d67819e8d2         1e-308      471254  2014963922  6.60368e-40  1.24866e+34");
}

TEST(Dump, nan_and_infinity) {
    EXPECT_EQ(qword_row(0x7ff0000000000000),
              "xmm0.q0      0x7ff0000000000000            inf  2146435072           0          nan            0");
    EXPECT_EQ(qword_row(0xfff0000000000000),
              "xmm0.q0      0xfff0000000000000           -inf    -1048576           0          nan            0");
    EXPECT_EQ(qword_row(0x7ff8000000000000), // quiet
              "xmm0.q0      0x7ff8000000000000            nan  2146959360           0          nan            0");
    EXPECT_EQ(qword_row(0xfff0000000000001), // signalling, with a sign
              "xmm0.q0      0xfff0000000000001            nan    -1048576           1          nan   1.4013e-45");
    EXPECT_EQ(qword_row(0x7f800000ff800000),
              "xmm0.q0      0x7f800000ff800000   1.40445e+306  2139095040    -8388608          inf         -inf");
}

TEST(Dump, xmm_in_qwords) {
    cbframe::cpu cpu{};
    cpu.XMM[3].pd[0] = 3.141592653589793;
    cpu.XMM[vectors - 1].qwords[1].u = 0x0123456789abcdef;
    const std::vector<std::string> found = section(format(cpu), "xmm");
    ASSERT_EQ(found.size(), 2 * vectors);
    EXPECT_EQ(without_mark(found[6]),
              "xmm3.q0      0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12");
    EXPECT_TRUE(found[7].starts_with("xmm3.q1      0x0000000000000000 "));
    EXPECT_EQ(found.back(), named(last_xmm + ".q1") + "0x0123456789abcdef    3.5127e-303    19088743 -1985229329  "
                                                      "2.99882e-38 -4.13604e-33");
}

TEST(Dump, xmm_in_dwords) {
    EXPECT_EQ(dword_row(0x40490fdb),
              "xmm0.d0      0x40490fdb  1078530011        3.14159    16457     4059    64    73    15   -37");
    EXPECT_EQ(dword_row(0x80818283),
              "xmm0.d0      0x80818283 -2138996093   -1.18936e-38   -32639   -32125  -128  -127  -126  -125");
    EXPECT_EQ(dword_row(0x80000000),
              "xmm0.d0      0x80000000 -2147483648             -0   -32768        0  -128     0     0     0");
    EXPECT_EQ(dword_row(0x7fc00000),
              "xmm0.d0      0x7fc00000  2143289344            nan    32704        0   127   -64     0     0");
    EXPECT_EQ(dword_row(0xff800000),
              "xmm0.d0      0xff800000    -8388608           -inf     -128        0    -1  -128     0     0");

    cbframe::cpu cpu{};
    cpu.XMM[vectors - 1].dwords[3].u = 0xdeadbeef;
    const std::string text = format(cpu, {.xmm_qwords = false});
    EXPECT_EQ(rows(text, "xmm")[0],
              "xmm          hex              int32          float  int16.1  int16.0    b3    b2    b1    b0");
    const std::vector<std::string> found = section(text, "xmm");
    ASSERT_EQ(found.size(), 4 * vectors);
    EXPECT_TRUE(found.back().starts_with(named(last_xmm + ".d3") + "0xdeadbeef ")) << found.back();
}

// ---------------------------------------------------------------- x87

cbf_tword extended(std::uint16_t sign_and_exponent, std::uint64_t mantissa) {
    cbf_tword value{};
    std::memcpy(value.b, &mantissa, 8);
    std::memcpy(value.b + 8, &sign_and_exponent, 2);
    return value;
}

cbf_tword extended(long double number) {
    cbf_tword value{};
    std::memcpy(value.b, &number, 10);
    return value;
}

std::string x87_row(const cbf_tword &value) {
    cbframe::cpu cpu{};
    cpu.FTWX.val = 1;
    cpu.FPR[0] = value;
    return row(format(cpu), "st(0)");
}

TEST(Dump, x87_empty) {
    cbframe::cpu cpu{};
    cpu.FPR[0] = extended(1.0L);
    const std::string text = format(cpu);
    EXPECT_EQ(row(text, "x87"), "x87          empty");
    EXPECT_EQ(text.find("st("), text.npos);
}

TEST(Dump, x87_values) {
    EXPECT_EQ(x87_row(extended(0x4000, 0xc90fdaa22168c235)), "st(0)        0x4000c90fdaa22168c235        3.14159");
    EXPECT_EQ(x87_row(extended(0.0625L)), "st(0)        0x3ffb8000000000000000         0.0625");
    EXPECT_EQ(x87_row(extended(static_cast<long double>(1e-234))),
              "st(0)        0x3cf5cb7ddcdda26da000         1e-234");
    EXPECT_EQ(x87_row(extended(0xfffe, ~0ULL)), "st(0)        0xfffeffffffffffffffff -1.18973e+4932");
    EXPECT_EQ(x87_row(extended(0x8000, 1)), "st(0)        0x80000000000000000001  -3.6452e-4951");
    EXPECT_EQ(x87_row(extended(0x7fff, 1ULL << 63)), "st(0)        0x7fff8000000000000000            inf");
    EXPECT_EQ(x87_row(extended(0xffff, 1ULL << 63)), "st(0)        0xffff8000000000000000           -inf");
    EXPECT_EQ(x87_row(extended(0xffff, 3ULL << 62)), "st(0)        0xffffc000000000000000            nan");
}

TEST(Dump, x87_encodings_that_are_no_numbers) {
    EXPECT_EQ(x87_row(extended(0xffff, 0x0123456789abcdef)), // what an MMX register looks like
              "st(0)        0xffff0123456789abcdef            nan");
    EXPECT_EQ(x87_row(extended(0x7fff, 0)), "st(0)        0x7fff0000000000000000            nan"); // pseudo-infinity
    EXPECT_EQ(x87_row(extended(0x4000, 1)), "st(0)        0x40000000000000000001            nan"); // unnormal
    EXPECT_EQ(x87_row(extended(0x0000, 1ULL << 63)), // a pseudo-denormal is a number
              "st(0)        0x00008000000000000000   3.3621e-4932");
}

TEST(Dump, x87_liveness_follows_top) {
    for (unsigned top = 0; top < 8; top++) {
        for (unsigned physical = 0; physical < 8; physical++) {
            cbframe::cpu cpu{};
            cpu.FSW.TOP = static_cast<std::uint16_t>(top & 7);
            cpu.FTWX.val = static_cast<std::uint8_t>(1U << physical);
            for (std::size_t n = 0; n < 8; n++)
                cpu.FPR[n] = extended(static_cast<long double>(n + 1));
            const unsigned st = (physical + 8 - top) % 8;
            const std::vector<std::string> found = section(format(cpu), "x87");
            ASSERT_EQ(found.size(), 1U);
            EXPECT_TRUE(found[0].starts_with("st(" + std::to_string(st) + ") ")) << found[0];
            EXPECT_TRUE(found[0].ends_with(' ' + std::to_string(st + 1))) << found[0];
        }
    }
}

TEST(Dump, x87_after_three_pushes) {
    cbframe::cpu cpu{};
    cpu.FSW.TOP = 5;
    cpu.FTWX.FP0 = cpu.FTWX.FP1 = cpu.FTWX.FP2 = 1;
    for (std::size_t n = 0; n < 8; n++)
        cpu.FPR[n] = extended(static_cast<long double>(n) + 0.5L);
    const std::string text = format(cpu);
    EXPECT_EQ(rows(text, "x87")[0], "x87          hex                             value");
    EXPECT_EQ(section(text, "x87"), (std::vector<std::string>{"st(0)        0x3ffe8000000000000000            0.5",
                                                              "st(1)        0x3fffc000000000000000            1.5",
                                                              "st(2)        0x4000a000000000000000            2.5"}));
}

// ---------------------------------------------------------------- flags

struct field {
    const char *word;
    const char *name;
    unsigned greatest;
    void (*set)(cbf_cpu &);
};

// clang-format off
#define FIELD(word, name, greatest) {#word, #name, greatest, [](cbf_cpu &cpu) { cpu.word.name = greatest; }}
// clang-format on

// The fields as the interface declares them, in the order in which they are printed.
constexpr field fields[] = {
    FIELD(EFLAGS, CF, 1),  FIELD(EFLAGS, PF, 1), FIELD(EFLAGS, AF, 1), FIELD(EFLAGS, ZF, 1), FIELD(EFLAGS, SF, 1),
    FIELD(EFLAGS, TF, 1),  FIELD(EFLAGS, IF, 1), FIELD(EFLAGS, DF, 1), FIELD(EFLAGS, OF, 1), FIELD(EFLAGS, IOPL, 3),
    FIELD(EFLAGS, NT, 1),  FIELD(EFLAGS, RF, 1), FIELD(EFLAGS, VM, 1), FIELD(EFLAGS, AC, 1), FIELD(EFLAGS, VIF, 1),
    FIELD(EFLAGS, VIP, 1), FIELD(EFLAGS, ID, 1), FIELD(MXCSR, IE, 1),  FIELD(MXCSR, DE, 1),  FIELD(MXCSR, ZE, 1),
    FIELD(MXCSR, OE, 1),   FIELD(MXCSR, UE, 1),  FIELD(MXCSR, PE, 1),  FIELD(MXCSR, DAZ, 1), FIELD(MXCSR, IM, 1),
    FIELD(MXCSR, DM, 1),   FIELD(MXCSR, ZM, 1),  FIELD(MXCSR, OM, 1),  FIELD(MXCSR, UM, 1),  FIELD(MXCSR, PM, 1),
    FIELD(MXCSR, RM, 3),   FIELD(MXCSR, FZ, 1),  FIELD(FSW, I, 1),     FIELD(FSW, D, 1),     FIELD(FSW, Z, 1),
    FIELD(FSW, O, 1),      FIELD(FSW, U, 1),     FIELD(FSW, P, 1),     FIELD(FSW, SF, 1),    FIELD(FSW, IR, 1),
    FIELD(FSW, C0, 1),     FIELD(FSW, C1, 1),    FIELD(FSW, C2, 1),    FIELD(FSW, TOP, 7),   FIELD(FSW, C3, 1),
    FIELD(FSW, B, 1),      FIELD(FCW, IM, 1),    FIELD(FCW, DM, 1),    FIELD(FCW, ZM, 1),    FIELD(FCW, OM, 1),
    FIELD(FCW, UM, 1),     FIELD(FCW, PM, 1),    FIELD(FCW, IEM, 1),   FIELD(FCW, PC, 3),    FIELD(FCW, RC, 3),
    FIELD(FCW, IC, 1),
};

// The lines that flags adds to a dump.
std::string flag_text(const cbf_cpu &cpu, flags amount) {
    const std::string without = format(cpu, {.stack_rows = 0});
    const std::string with = format(cpu, {.show_flags = amount, .stack_rows = 0});
    if (with == without)
        return "";
    EXPECT_TRUE(with.starts_with(without + '\n'));
    return with.substr(without.size() + 1);
}

TEST(DumpFlags, none) { EXPECT_EQ(flag_text(cbframe::cpu{}, flags::none), ""); }

TEST(DumpFlags, brief) {
    cbframe::cpu cpu{};
    cpu.EFLAGS.val = 0x246;
    cpu.MXCSR.val = 0x1f80;
    cpu.FSW.val = 0x3800;
    cpu.FCW.val = 0x037f;
    EXPECT_EQ(flag_text(cpu, flags::brief),
              "EFLAGS CF=0 PF=1 AF=0 ZF=1 SF=0 TF=0 IF=1 DF=0 OF=0 IOPL=0 NT=0 RF=0 VM=0 AC=0 VIF=0 VIP=0 ID=0\n"
              "MXCSR  IE=0 DE=0 ZE=0 OE=0 UE=0 PE=0 DAZ=0 IM=1 DM=1 ZM=1 OM=1 UM=1 PM=1 RM=0 FZ=0\n"
              "FSW    I=0 D=0 Z=0 O=0 U=0 P=0 SF=0 IR=0 C0=0 C1=0 C2=0 TOP=7 C3=0 B=0\n"
              "FCW    IM=1 DM=1 ZM=1 OM=1 UM=1 PM=1 IEM=0 PC=3 RC=0 IC=0\n");
}

TEST(DumpFlags, every_field_of_the_interface_is_shown_and_no_other) {
    std::string expected;
    for (const field &shown : fields) {
        if (expected.find(shown.word) == expected.npos) {
            expected += expected.empty() ? "" : "\n";
            expected += shown.word + std::string(6 - std::strlen(shown.word), ' ');
        }
        expected += std::string{" "} + shown.name + "=0";
    }
    EXPECT_EQ(flag_text(cbframe::cpu{}, flags::brief), expected + "\n");
}

TEST(DumpFlags, every_field_reads_its_own_bits) {
    for (const field &shown : fields) {
        SCOPED_TRACE(std::string{shown.word} + '.' + shown.name);
        cbframe::cpu cpu{};
        shown.set(cpu);
        const std::string value = std::to_string(shown.greatest);

        std::string expected = row(flag_text(cbframe::cpu{}, flags::brief), shown.word);
        const std::string zero = std::string{" "} + shown.name + '=';
        expected.replace(expected.find(zero) + zero.size(), 1, value);
        const std::string brief = flag_text(cpu, flags::brief);
        EXPECT_EQ(row(brief, shown.word), expected);
        EXPECT_EQ(brief.size(), flag_text(cbframe::cpu{}, flags::brief).size());

        for (const std::string &line : section(flag_text(cpu, flags::full), shown.word)) {
            const bool is_it = line.starts_with(std::string{shown.name} + ' ');
            EXPECT_EQ(line.substr(13, 3), (is_it ? value : "0") + "  ") << line;
        }
    }
}

TEST(DumpFlags, full) {
    cbframe::cpu cpu{};
    cpu.EFLAGS.val = 0x246;
    cpu.MXCSR.val = 0x1f80;
    cpu.FSW.val = 0x3800;
    cpu.FCW.val = 0x037f;
    const std::string text = flag_text(cpu, flags::full);
    EXPECT_EQ(row(text, "EFLAGS"),
              sizeof(void *) == 8 ? "EFLAGS       0x0000000000000246 flags" : "EFLAGS       0x00000246 flags");
    EXPECT_EQ(row(text, "MXCSR"), "MXCSR        0x00001f80 SSE control and status register");
    EXPECT_EQ(row(text, "FSW"), "FSW          0x3800 x87 status word");
    EXPECT_EQ(row(text, "FCW"), "FCW          0x037f x87 control word");
    EXPECT_EQ(row(text, "CF"), "CF           0  Carry");
    EXPECT_EQ(row(text, "PF"), "PF           1  Parity");
    EXPECT_EQ(row(text, "TOP"), "TOP          7  Top of stack: the physical register that is st(0)");
    EXPECT_EQ(row(text, "PC"), "PC           3  Precision control (0 single, 2 double, 3 extended)");

    std::vector<std::string> names;
    for (const char *word : {"EFLAGS", "MXCSR", "FSW", "FCW"})
        for (const std::string &line : section(text, word)) {
            names.push_back(word + ('.' + line.substr(0, line.find(' '))));
            EXPECT_GT(line.size(), 16U) << line; // there is a meaning
        }
    std::vector<std::string> expected;
    for (const field &shown : fields)
        expected.push_back(std::string{shown.word} + '.' + shown.name);
    EXPECT_EQ(names, expected);
}

// ---------------------------------------------------------------- the wide registers

TEST(DumpWide, absent) {
    const std::vector<std::string> absent{"no section called wide"};
    cbf_wide state{};
    EXPECT_EQ(section(format(cbframe::cpu{}), "wide"), absent);
    EXPECT_EQ(wide(state, 0), absent);
}

TEST(DumpWide, rows_of_dwords) {
    cbf_wide state{};
    state.YMM_Hi128[0].dwords[3].u = 0x40490fdb;
    const std::vector<std::string> found = wide(state, avx, {.xmm_qwords = false});
    ASSERT_EQ(found.size(), 5U);
    EXPECT_EQ(found[3], "ymm0.hi.d3   0x40490fdb  1078530011        3.14159    16457     4059    64    73    15   -37");
}

// ---------------------------------------------------------------- the whole

TEST(Dump, order_of_the_sections) {
    cbframe::cpu cpu{};
    cbf_wide state{};
    state.components = avx;
    cpu.wide = &state;
    cpu.FTWX.val = 1;
    std::vector<std::string> titles;
    const std::string text = format(cpu, {.show_flags = flags::full});
    for (const std::string &part : split(text, "\n\n"))
        titles.push_back(part.substr(0, part.find(' ')));
    EXPECT_EQ(titles,
              (std::vector<std::string>{"general", "x87", "xmm", "wide", "stack", "EFLAGS", "MXCSR", "FSW", "FCW"}));
    EXPECT_TRUE(text.ends_with('\n'));
    EXPECT_FALSE(text.ends_with("\n\n"));
}

std::vector<format_options> all_options() {
    std::vector<format_options> all;
    for (const flags amount : {flags::none, flags::brief, flags::full})
        for (const bool xmm_qwords : {false, true})
            for (const bool stack_qwords : {false, true})
                for (const bool color : {false, true})
                    all.push_back({amount, xmm_qwords, stack_qwords, 600, color});
    return all;
}

void expect_readable(const std::string &text) {
    const std::string plain = without_escapes(text);
    for (const std::string &line : lines(plain)) {
        EXPECT_LE(line.size(), 100U) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
        EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; })) << line;
        EXPECT_EQ(line.find("-nan"), line.npos) << line;
    }
}

void fill(void *memory, std::size_t size, std::uint64_t pattern) {
    for (std::size_t at = 0; at + 8 <= size; at += 8)
        std::memcpy(static_cast<std::byte *>(memory) + at, &pattern, 8);
}

TEST(Dump, lines_fit_100_columns_whatever_the_registers_hold) {
    constexpr std::uint64_t patterns[] = {0,
                                          ~0ULL,
                                          0x8000000080000000,
                                          0x8080808080808080,
                                          0xffefffffffffffff,
                                          0xff7fffffff7fffff,
                                          0xffee42d130773b76, // -1.7e308
                                          0x800730d67819e8d2, // -1e-308
                                          0x8000000000000001, // the denormals next to zero
                                          0x8000000180000001};
    for (const std::uint64_t pattern : patterns) {
        std::array<std::uint64_t, 600> memory{};
        cbf_wide state{};
        cbframe::cpu cpu{};
        memory.fill(pattern);
        fill(&state, sizeof state, pattern);
        state.components = avx | opmask | zmm_hi256 | hi16_zmm;
        fill(&cpu, sizeof cpu, pattern);
        cpu.wide = &state;
        cpu.FTWX.val = 0xff;
        NATIVE_SP(&cpu).p = memory.data();
        for (const format_options &options : all_options())
            expect_readable(format(cpu, options));
    }
}

TEST(Dump, any_bits_are_a_cpu) {
    std::mt19937_64 random{1}; // NOLINT: the same numbers every time
    for (int round = 0; round < 100; round++) {
        cbframe::cpu cpu{};
        cbf_wide state{};
        std::array<std::uint64_t, 32> memory{};
        for (std::size_t at = 0; at + 8 <= sizeof cpu; at += 8)
            fill(reinterpret_cast<std::byte *>(&cpu) + at, 8, random());
        for (std::size_t at = 0; at + 8 <= sizeof state; at += 8)
            fill(reinterpret_cast<std::byte *>(&state) + at, 8, random());
        std::ranges::generate(memory, [&] { return random(); });
        cpu.wide = &state;
        NATIVE_SP(&cpu).p = memory.data();
        cpu.FTWX.val = 0xff;
        const format_options options{flags::full, (round & 1) != 0, (round & 2) != 0, 32, false};
        const std::string text = format(cpu, options);
        expect_readable(text);
        EXPECT_EQ(text, format(cpu, options));
    }
}

// A handler runs under the control words of the code that called it.
TEST(Dump, arithmetic_of_the_caller_neither_matters_nor_changes) {
    cbframe::cpu cpu{};
    fill(cpu.XMM, sizeof cpu.XMM, 0x7f80000100000001); // a signalling NaN and a denormal number
    cpu.XMM[0].qwords[0].u = 0xfff0000000000001;
    cpu.XMM[0].qwords[1].f = 1.0000005;
    cpu.GPR[0].u = static_cast<std::uintptr_t>(0xfff0000000000001);
    cpu.GPR[3].f = static_cast<decltype(cpu.GPR[3].f)>(1.0000005);
    cpu.FTWX.val = 3;
    cpu.FPR[0] = extended(1.0000005L);
    cpu.FPR[1] = extended(0x7fff, 0x8000000000000001);
    const std::string expected = format(cpu);

    constexpr unsigned round_up_flush_and_trap = 0xdf40; // every trap but that of invalid operations is masked
    constexpr std::uint16_t single_precision_round_up = 0x087e;
    const unsigned callers_mxcsr = _mm_getcsr();
    std::uint16_t callers_fcw = 0;
    asm volatile("fnstcw %0" : "=m"(callers_fcw));
    _mm_setcsr(round_up_flush_and_trap);
    asm volatile("fldcw %0" : : "m"(single_precision_round_up));
    errno = 123;

    const std::string text = format(cpu);

    const int errno_after = errno;
    const unsigned mxcsr_after = _mm_getcsr();
    std::uint16_t fcw_after = 0;
    asm volatile("fnstcw %0" : "=m"(fcw_after));
    _mm_setcsr(callers_mxcsr);
    asm volatile("fldcw %0" : : "m"(callers_fcw));
    EXPECT_EQ(text, expected);
    EXPECT_EQ(mxcsr_after, round_up_flush_and_trap);
    EXPECT_EQ(fcw_after, single_precision_round_up);
    EXPECT_EQ(errno_after, 123);
}

TEST(Dump, locale_does_not_matter) {
    const char *const with_comma = std::setlocale(LC_ALL, "de_DE.UTF-8");
    if (with_comma == nullptr)
        GTEST_SKIP() << "this system has no de_DE.UTF-8";
    EXPECT_NE(qword_row(0x400921fb54442d18).find(" 3.14159 "), std::string::npos);
    EXPECT_NE(x87_row(extended(0.0625L)).find(" 0.0625"), std::string::npos);
    std::setlocale(LC_ALL, "C");
}

} // namespace
