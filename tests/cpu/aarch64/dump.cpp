// What format() writes of the registers of 64-bit Arm.
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
    EXPECT_EQ(row(format(cpu), "x9"),
              "x9           0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12");
}

TEST(Dump, general_registers_come_in_order_under_their_own_names) {
    cbframe::cpu cpu{};
    for (std::size_t i = 0; i < std::size(cpu.GPR); i++)
        cpu.GPR[i].u = 0xa0 + i;
    const std::vector<std::string> found = section(format(cpu), "general");
    ASSERT_EQ(found.size(), 32U);
    for (std::size_t i = 0; i < 31; i++) {
        char expected[64];
        std::snprintf(expected, sizeof expected, "0x%016zx ", 0xa0 + i);
        EXPECT_TRUE(found[i].starts_with(named(std::string("x").append(std::to_string(i))).append(expected)))
            << found[i];
    }
    EXPECT_TRUE(found[31].starts_with("sp           0x0000000000000000 ")) << found[31];
}

TEST(Dump, argument_registers_are_marked) {
    const std::string text = format(cbframe::cpu{}, {.color = true});
    for (const char *const name : {"x0", "x7", "v0.d0", "v0.d1", "v7.d1"})
        EXPECT_EQ(row(text, name), std::to_string(0) + " rows called " + name);
    for (const char *const name : {"x8", "x30", "sp", "v8.d0", "v31.d1"})
        EXPECT_TRUE(row(text, name).starts_with(name)) << name;
    EXPECT_EQ(without_escapes(text), format(cbframe::cpu{}));
}

TEST(Dump, vectors) {
    cbframe::cpu cpu{};
    cpu.V[3].pd[0] = 3.141592653589793;
    cpu.V[31].dwords[3].u = 0x40490fdb;
    const std::vector<std::string> qwords = section(format(cpu), "vector");
    ASSERT_EQ(qwords.size(), 64U);
    EXPECT_EQ(without_mark(qwords[6]),
              "v3.d0        0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12");
    const std::vector<std::string> dwords = section(format(cpu, {.xmm_qwords = false}), "vector");
    ASSERT_EQ(dwords.size(), 128U);
    EXPECT_EQ(dwords.back(),
              "v31.s3       0x40490fdb  1078530011        3.14159    16457     4059    64    73    15   -37");
}

TEST(Dump, scalable_vectors_as_long_as_they_are) {
    cbframe::cpu cpu{};
    cbf_wide wide{};
    cpu.wide = &wide;
    EXPECT_EQ(section(format(cpu), "scalable"), (std::vector<std::string>{"no section called scalable"}));
    for (const std::uint64_t bytes : {16U, 32U, 48U, 256U}) {
        wide.vector_length = bytes;
        wide.Z[31].qwords[bytes / 8 - 1].u = 0x0123456789abcdef;
        wide.P[0].b[0] = 0x12;
        wide.P[0].b[1] = 0x34;
        wide.FFR.b[bytes / 8 - 1] = 0x80;
        const std::vector<std::string> found = section(format(cpu), "scalable");
        ASSERT_EQ(found.size(), 32 * bytes / 8 + 17);
        const std::string last = named(std::string("z31.d").append(std::to_string(bytes / 8 - 1)));
        EXPECT_EQ(found[32 * bytes / 8 - 1].substr(0, 32), std::string(last).append("0x0123456789abcdef "));
        EXPECT_EQ(found[32 * bytes / 8], named("p0").append("0x").append((bytes / 8 - 2) * 2, '0').append("3412"));
        EXPECT_EQ(found.back(), named("ffr").append("0x80").append((bytes / 8 - 1) * 2, '0'));
        wide = {};
    }
}

TEST(DumpFlags, brief) {
    cbframe::cpu cpu{};
    cpu.NZCV.N = 1;
    cpu.NZCV.C = 1;
    cpu.FPCR.RMode = 2;
    cpu.FPCR.DN = 1;
    cpu.FPSR.IXC = 1;
    cpu.FPSR.QC = 1;
    const std::string text = format(cpu, {.show_flags = flags::brief});
    EXPECT_EQ(row(text, "NZCV"), "NZCV   N=1 Z=0 C=1 V=0");
    EXPECT_EQ(row(text, "FPCR"),
              "FPCR   FIZ=0 AH=0 NEP=0 IOE=0 DZE=0 OFE=0 UFE=0 IXE=0 EBF=0 IDE=0 FZ16=0 RMode=2 FZ=0 DN=1 AHP=0");
    EXPECT_EQ(row(text, "FPSR"), "FPSR   IOC=0 DZC=0 OFC=0 UFC=0 IXC=1 IDC=0 QC=1");
}

TEST(DumpFlags, full) {
    cbframe::cpu cpu{};
    cpu.FPCR.RMode = 3;
    const std::string text = format(cpu, {.show_flags = flags::full});
    EXPECT_EQ(row(text, "FPCR"), "FPCR         0x00c00000 floating-point control register");
    EXPECT_EQ(row(text, "RMode"), "RMode        3  Rounding mode (0 nearest, 1 up, 2 down, 3 toward zero)");
    EXPECT_EQ(section(text, "NZCV").size(), 4U);
    EXPECT_EQ(section(text, "FPCR").size(), 15U);
    EXPECT_EQ(section(text, "FPSR").size(), 7U);
}

} // namespace
