// What format() writes of the registers that only x86-64 has.
#include "dump_wide.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

using namespace dump_rows;
using cbframe::format;

std::string qword_row(std::uint64_t bits) {
    cbframe::cpu cpu{};
    cpu.RAX.u = bits;
    return row(format(cpu), "rax");
}

TEST(Dump, general_registers_in_every_reading) {
    EXPECT_EQ(qword_row(0x400921fb54442d18),
              "rax          0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12");
    EXPECT_EQ(qword_row(0x0123456789abcdef),
              "rax          0x0123456789abcdef    3.5127e-303    19088743 -1985229329  2.99882e-38 -4.13604e-33");
    EXPECT_EQ(qword_row(0),
              "rax          0x0000000000000000              0           0           0            0            0");
}

// Which dump_test.cpp tests for many numbers.
TEST(Dump, a_general_register_reads_as_half_a_vector_register) {
    constexpr std::uint64_t patterns[] = {
        0x8000000080000000, 0xffefffffffffffff, 0xff7fffffff7fffff, 0xffee42d130773b76, 0x000730d67819e8d2,
        0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0xfff0000000000001, 0x7f800000ff800000};
    for (const std::uint64_t bits : patterns) {
        cbframe::cpu cpu{};
        cpu.XMM[0].qwords[0].u = bits;
        EXPECT_EQ(qword_row(bits).substr(13), without_mark(row(format(cpu), "xmm0.q0")).substr(13));
    }
}

TEST(Dump, general_registers_come_in_order_under_their_own_names) {
    cbframe::cpu cpu{};
    cbf_qword *const in_order[] = {&cpu.RAX, &cpu.RBX, &cpu.RCX, &cpu.RDX, &cpu.RSI, &cpu.RDI, &cpu.RBP, &cpu.RSP,
                                   &cpu.R8,  &cpu.R9,  &cpu.R10, &cpu.R11, &cpu.R12, &cpu.R13, &cpu.R14, &cpu.R15};
    const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
                                 "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    for (std::size_t i = 0; i < 16; i++)
        in_order[i]->u = 0xa0 + i;

    const std::string text = format(cpu);
    EXPECT_EQ(lines(text)[0],
              "general      hex                        double     int32.1     int32.0      float.1      float.0");
    EXPECT_EQ(lines(text)[1], std::string(96, '-'));
    const std::vector<std::string> found = section(text, "general");
    ASSERT_EQ(found.size(), 16U);
    for (std::size_t i = 0; i < 16; i++) {
        char expected[64];
        std::snprintf(expected, sizeof expected, "%-12s 0x%016zx ", names[i], 0xa0 + i);
        EXPECT_TRUE(found[i].starts_with(expected)) << found[i];
    }
}

TEST(DumpWide, all_zero) {
    cbf_wide state{};
    EXPECT_EQ(wide(state, avx | opmask | zmm_hi256 | hi16_zmm),
              (std::vector<std::string>{
                  "ymm0-15.hi   16 of 16 are all zero, not shown",
                  "zmm0-15.hi   16 of 16 are all zero, not shown",
                  "zmm16-31     16 of 16 are all zero, not shown",
                  "k0 0x0000000000000000  k1 0x0000000000000000  k2 0x0000000000000000  k3 0x0000000000000000",
                  "k4 0x0000000000000000  k5 0x0000000000000000  k6 0x0000000000000000  k7 0x0000000000000000",
              }));
}

TEST(DumpWide, avx_registers) {
    cbf_wide state{};
    state.YMM_Hi128[15].qwords[1].u = 0x400921fb54442d18;
    EXPECT_EQ(wide(state, avx),
              (std::vector<std::string>{
                  "ymm15.hi.q0  0x0000000000000000              0           0           0            0            0",
                  "ymm15.hi.q1  0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12",
                  "ymm0-15.hi   15 of 16 are all zero, not shown",
              }));
}

TEST(DumpWide, avx512_registers) {
    cbf_wide state{};
    state.ZMM_Hi256[7].qwords[3].u = 0x1111;
    state.Hi16_ZMM[0].qwords[0].u = 0x2222;
    state.Hi16_ZMM[15].b[63] = 0x33;
    state.K[6].u = 0xfedcba9876543210;
    const std::vector<std::string> found = wide(state, opmask | zmm_hi256 | hi16_zmm);
    ASSERT_EQ(found.size(), 4U + 1 + 8 + 8 + 1 + 2);
    EXPECT_TRUE(found[3].starts_with("zmm7.hi.q3   0x0000000000001111 ")) << found[3];
    EXPECT_EQ(found[4], "zmm0-15.hi   15 of 16 are all zero, not shown");
    EXPECT_TRUE(found[5].starts_with("zmm16.q0     0x0000000000002222 ")) << found[5];
    EXPECT_TRUE(found[20].starts_with("zmm31.q7     0x3300000000000000 ")) << found[20];
    EXPECT_EQ(found[21], "zmm16-31     14 of 16 are all zero, not shown");
    EXPECT_EQ(found[23], "k4 0x0000000000000000  k5 0x0000000000000000  k6 0xfedcba9876543210  k7 0x0000000000000000");
}

TEST(DumpWide, absent_components_are_not_read) {
    cbf_wide state;
    std::memset(&state, 0xff, sizeof state);
    std::memset(state.YMM_Hi128, 0, sizeof state.YMM_Hi128);
    EXPECT_EQ(wide(state, avx), (std::vector<std::string>{"ymm0-15.hi   16 of 16 are all zero, not shown"}));
}

TEST(Dump, color_marks_argument_registers) {
    cbframe::cpu cpu{};
    cpu.RDX.u = 0x0123456789abcdef;
    const std::string plain = format(cpu);
    const std::string colored = format(cpu, {.color = true});
    EXPECT_EQ(plain.find('\x1b'), plain.npos);
    EXPECT_EQ(without_escapes(colored), plain);

    std::vector<std::string> marked;
    const std::string mark = "\x1b[1;36m";
    for (const std::string &line : lines(colored))
        if (line.starts_with(mark))
            marked.push_back(line.substr(mark.size(), line.find("\x1b[0m ") - mark.size()));
    const bool microsoft = cbframe::native_convention().name == cbframe::abi::ms_x64_mingw.name;
    std::vector<std::string> expected{"rcx", "rdx", "rsi", "rdi", "r8", "r9"};
    if (microsoft)
        expected = {"rcx", "rdx", "r8", "r9"};
    for (int i = 0; i < (microsoft ? 4 : 8); i++)
        for (const char *half : {".q0", ".q1"})
            expected.push_back("xmm" + std::to_string(i) + half);
    EXPECT_EQ(marked, expected);
    std::vector<std::string> marked_without_color;
    for (const std::string &line : lines(plain))
        if (line.ends_with(" arg"))
            marked_without_color.push_back(line.substr(0, line.find(' ')));
    EXPECT_EQ(marked_without_color, expected);
    EXPECT_EQ(std::ranges::count(colored, '\x1b'), static_cast<std::ptrdiff_t>(2 * expected.size()));
    EXPECT_NE(colored.find("\n\x1b[1;36mrdx\x1b[0m          0x0123456789abcdef    3.5127e-303 "), colored.npos);
}

TEST(Dump, stack_pointers_into_nowhere) {
    constexpr std::uint64_t nowhere[] = {0x0000800000000000, 0x00007ffffffffff8, 0x8000000000000000,
                                         0xdeadbeefdeadbeef, 0xffff800000000000, 0xfffffffffffff000};
    for (const std::uint64_t rsp : nowhere) {
        cbframe::cpu cpu{};
        cpu.RSP.u = rsp;
        char line[96];
        std::snprintf(line, sizeof line, "rsp+0        0x%016" PRIx64 " cannot be read", rsp);
        for (const bool qwords : {true, false})
            EXPECT_EQ(section(format(cpu, {.stack_qwords = qwords}), "stack"), (std::vector<std::string>{line}));
    }
    cbframe::cpu cpu{};
    cpu.RSP.u = 0xffffffffff600000; // the vsyscall page: whatever the kernel says of it
    format(cpu);
}

} // namespace
