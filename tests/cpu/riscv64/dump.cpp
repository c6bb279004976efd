// What format() writes of the registers of 64-bit RISC-V.
#include "dump_rows.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace dump_rows;
using cbframe::flags;
using cbframe::format;

TEST(Dump, general_registers_in_every_reading) {
    cbframe::cpu cpu{};
    cpu.X9.u = 0x400921fb54442d18;
    EXPECT_EQ(row(format(cpu), "x9/s1"),
              "x9/s1        0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12");
}

TEST(Dump, registers_come_in_order_under_both_names) {
    cbframe::cpu cpu{};
    for (std::size_t i = 0; i < 32; i++) {
        cpu.GPR[i].u = 0xa0 + i;
        cpu.FPR[i].u = 0xb0 + i;
    }
    const std::vector<std::string> general = section(format(cpu), "general"),
                                   floating = section(format(cpu), "floating");
    ASSERT_EQ(general.size(), 31U) << "x0 is none to be shown";
    ASSERT_EQ(floating.size(), 32U);
    EXPECT_TRUE(general.front().starts_with("x1/ra        0x00000000000000a1 ")) << general.front();
    EXPECT_TRUE(general[1].starts_with("x2/sp        0x00000000000000a2 ")) << general[1];
    EXPECT_TRUE(general[9].starts_with("x10/a0       0x00000000000000aa ")) << general[9];
    EXPECT_TRUE(general.back().starts_with("x31/t6       0x00000000000000bf ")) << general.back();
    EXPECT_TRUE(floating[10].starts_with("f10/fa0      0x00000000000000ba ")) << floating[10];
    EXPECT_TRUE(floating.back().starts_with("f31/ft11     0x00000000000000cf ")) << floating.back();
}

TEST(Dump, argument_registers_are_marked) {
    const std::string text = format(cbframe::cpu{}, {.color = true});
    for (const char *const name : {"x10/a0", "x17/a7", "f10/fa0", "f17/fa7"})
        EXPECT_EQ(row(text, name), std::to_string(0) + " rows called " + name);
    for (const char *const name : {"x9/s1", "x18/s2", "x2/sp", "f9/fs1", "f18/fs2"})
        EXPECT_TRUE(row(text, name).starts_with(name)) << name;
    EXPECT_EQ(without_escapes(text), format(cbframe::cpu{}));
}

TEST(Dump, floats_are_the_low_halves) {
    cbframe::cpu cpu{};
    cpu.F31.u = 0xffffffff40490fdb;
    const std::vector<std::string> dwords = section(format(cpu, {.xmm_qwords = false}), "floating");
    ASSERT_EQ(dwords.size(), 32U);
    EXPECT_EQ(dwords.back(),
              "f31/ft11     0x40490fdb  1078530011        3.14159    16457     4059    64    73    15   -37");
}

TEST(DumpFlags, brief) {
    cbframe::cpu cpu{};
    cpu.FCSR.NX = 1;
    cpu.FCSR.frm = 3;
    const std::string text = format(cpu, {.show_flags = flags::brief});
    EXPECT_EQ(row(text, "FCSR"), "FCSR   NX=1 UF=0 OF=0 DZ=0 NV=0 frm=3");
}

TEST(DumpFlags, full) {
    cbframe::cpu cpu{};
    cpu.FCSR.frm = 1;
    const std::string text = format(cpu, {.show_flags = flags::full});
    EXPECT_EQ(row(text, "FCSR"), "FCSR         0x20 floating-point control and status register");
    EXPECT_EQ(row(text, "frm"),
              "frm          1  Rounding mode (0 nearest, 1 toward zero, 2 down, 3 up, 4 nearest, ties away)");
    EXPECT_EQ(section(text, "FCSR").size(), 6U);
}

} // namespace
