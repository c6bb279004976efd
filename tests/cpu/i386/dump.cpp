// What format() writes of the registers of x86 in 32-bit mode.
#include "dump_wide.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

using namespace dump_rows;
using cbframe::format;

std::string eax_row(std::uint32_t bits) {
    cbframe::cpu cpu{};
    cpu.EAX.u = bits;
    return row(format(cpu), "eax");
}

TEST(Dump, general_registers_in_every_reading) {
    EXPECT_EQ(eax_row(0x40490fdb),
              "eax          0x40490fdb  1078530011        3.14159    16457     4059    64    73    15   -37");
    EXPECT_EQ(eax_row(0x80818283),
              "eax          0x80818283 -2138996093   -1.18936e-38   -32639   -32125  -128  -127  -126  -125");
    EXPECT_EQ(eax_row(0),
              "eax          0x00000000           0              0        0        0     0     0     0     0");
    EXPECT_EQ(eax_row(0x7fc00000),
              "eax          0x7fc00000  2143289344            nan    32704        0   127   -64     0     0");
    EXPECT_EQ(eax_row(0xff800000),
              "eax          0xff800000    -8388608           -inf     -128        0    -1  -128     0     0");
}

TEST(Dump, general_registers_come_in_order_under_their_own_names) {
    cbframe::cpu cpu{};
    cbf_gpr *const in_order[] = {&cpu.EAX, &cpu.EBX, &cpu.ECX, &cpu.EDX, &cpu.ESI, &cpu.EDI, &cpu.EBP, &cpu.ESP};
    const char *const names[] = {"eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp"};
    for (std::size_t i = 0; i < 8; i++)
        in_order[i]->u = 0xa0 + i;

    const std::string text = format(cpu);
    EXPECT_EQ(lines(text)[0],
              "general      hex              int32          float  int16.1  int16.0    b3    b2    b1    b0");
    EXPECT_EQ(lines(text)[1], std::string(96, '-'));
    const std::vector<std::string> found = section(text, "general");
    ASSERT_EQ(found.size(), 8U);
    for (std::size_t i = 0; i < 8; i++) {
        char expected[64];
        std::snprintf(expected, sizeof expected, "%-12s 0x%08zx ", names[i], 0xa0 + i);
        EXPECT_TRUE(found[i].starts_with(expected)) << found[i];
    }
}

TEST(DumpWide, all_zero) {
    cbf_wide state{};
    EXPECT_EQ(wide(state, avx | opmask | zmm_hi256),
              (std::vector<std::string>{
                  "ymm0-7.hi    8 of 8 are all zero, not shown",
                  "zmm0-7.hi    8 of 8 are all zero, not shown",
                  "k0 0x0000000000000000  k1 0x0000000000000000  k2 0x0000000000000000  k3 0x0000000000000000",
                  "k4 0x0000000000000000  k5 0x0000000000000000  k6 0x0000000000000000  k7 0x0000000000000000",
              }));
}

TEST(DumpWide, avx_registers) {
    cbf_wide state{};
    state.YMM_Hi128[7].qwords[1].u = 0x400921fb54442d18;
    EXPECT_EQ(wide(state, avx),
              (std::vector<std::string>{
                  "ymm7.hi.q0   0x0000000000000000              0           0           0            0            0",
                  "ymm7.hi.q1   0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12",
                  "ymm0-7.hi    7 of 8 are all zero, not shown",
              }));
}

TEST(DumpWide, avx512_registers) {
    cbf_wide state{};
    state.ZMM_Hi256[7].qwords[3].u = 0x1111;
    state.K[6].u = 0xfedcba9876543210;
    const std::vector<std::string> found = wide(state, opmask | zmm_hi256);
    ASSERT_EQ(found.size(), 4U + 1 + 2);
    EXPECT_TRUE(found[3].starts_with("zmm7.hi.q3   0x0000000000001111 ")) << found[3];
    EXPECT_EQ(found[4], "zmm0-7.hi    7 of 8 are all zero, not shown");
    EXPECT_EQ(found[6], "k4 0x0000000000000000  k5 0x0000000000000000  k6 0xfedcba9876543210  k7 0x0000000000000000");
}

TEST(DumpWide, absent_components_are_not_read) {
    cbf_wide state;
    std::memset(&state, 0xff, sizeof state);
    std::memset(state.YMM_Hi128, 0, sizeof state.YMM_Hi128);
    EXPECT_EQ(wide(state, avx), (std::vector<std::string>{"ymm0-7.hi    8 of 8 are all zero, not shown"}));
}

// It marks registers that hold arguments: here arguments are on the stack.
TEST(Dump, color_changes_nothing) {
    cbframe::cpu cpu{};
    cpu.ECX.u = 0x01234567;
    EXPECT_EQ(format(cpu, {.color = true}), format(cpu));
}

} // namespace
