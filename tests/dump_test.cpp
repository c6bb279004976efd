// What format() writes of the stack. Registers, which each CPU has of its own, are tested in its folder of cpu/.
#include "dump_rows.hpp"
#include "guarded_pages.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace dump_rows;

TEST(DumpStack, rows) {
    const std::uint64_t words[] = {0x401136, 0x400921fb54442d18, 0x0123456789abcdef, 0};
    EXPECT_EQ(
        stack(reinterpret_cast<std::uintptr_t>(words), {.stack_rows = 3}),
        (std::vector<std::string>{
            top_of_stack + "0x0000000000401136   2.07444e-317           0     4198710            0  5.88365e-39",
            stacked(8) + "0x400921fb54442d18        3.14159  1074340347  1413754136       2.1427  3.37028e+12",
            stacked(16) + "0x0123456789abcdef    3.5127e-303    19088743 -1985229329  2.99882e-38 -4.13604e-33"}));
}

TEST(DumpStack, rows_of_dwords) {
    const std::uint64_t words[] = {0x0000555580818283, 0x40490fdb};
    EXPECT_EQ(stack(reinterpret_cast<std::uintptr_t>(words), {.stack_qwords = false, .stack_rows = 3}),
              (std::vector<std::string>{
                  top_of_stack + "0x80818283 -2138996093   -1.18936e-38   -32639   -32125  -128  -127  -126  -125",
                  stacked(4, NATIVE_RETURNS_BY_STACK && sizeof(void *) > 4 ? " return" : "") +
                      "0x00005555       21845    3.06114e-41        0    21845     0     0    85    85",
                  stacked(8) + "0x40490fdb  1078530011        3.14159    16457     4059    64    73    15   -37"}));
}

TEST(DumpStack, is_bounded) {
    const guarded_pages memory{4};
    EXPECT_EQ(stack(memory.start()).size(), 32U);
    EXPECT_EQ(stack(memory.start(), {.stack_rows = 1}).size(), 1U);
    EXPECT_EQ(stack(memory.start(), {.stack_rows = 0}), (std::vector<std::string>{"no section called stack"}));
}

TEST(DumpStack, long_ones_lose_nothing) {
    const guarded_pages memory{4};
    for (const bool qwords : {true, false}) {
        const std::size_t word = qwords ? 8 : 4;
        const std::vector<std::string> found =
            stack(memory.start() + 8, {.stack_qwords = qwords, .stack_rows = std::numeric_limits<unsigned>::max()});
        ASSERT_EQ(found.size(), (4 * guarded_pages::page - 8) / word + 1);
        for (std::size_t i = 0; i + 1 < found.size(); i++) {
            const std::size_t offset = i * word;
            const std::size_t value = qwords || i % 2 == 0 ? offset / 8 + 1 : 0;
            EXPECT_TRUE(found[i].starts_with(sp + '+' + std::to_string(offset) + ' ')) << found[i];
            char expected[64];
            std::snprintf(expected, sizeof expected, " 0x%0*zx ", static_cast<int>(2 * word), value);
            EXPECT_NE(found[i].find(expected), std::string::npos) << found[i];
        }
        EXPECT_EQ(found.back(), unreadable(4 * guarded_pages::page - 8, memory.end()));
    }
}

TEST(DumpStack, stops_at_the_first_unreadable_byte) {
    const guarded_pages memory{1};
    const std::vector<std::string> found = stack(memory.end() - 16);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_TRUE(found[0].starts_with(top_of_stack + "0x00000000000001fe ")) << found[0];
    EXPECT_TRUE(found[1].starts_with(stacked(8) + "0x00000000000001ff ")) << found[1];
    EXPECT_EQ(found[2], unreadable(16, memory.end()));
}

TEST(DumpStack, says_nothing_of_what_was_not_asked_for) {
    const guarded_pages memory{1};
    EXPECT_EQ(stack(memory.end() - 16, {.stack_rows = 2}).size(), 2U);
}

TEST(DumpStack, misaligned) {
    const guarded_pages memory{2};
    const std::uintptr_t middle = memory.start() + guarded_pages::page;
    const std::vector<std::string> found = stack(middle - 4, {.stack_rows = 2});
    ASSERT_EQ(found.size(), 2U); // the first row lies in two pages
    EXPECT_TRUE(found[0].starts_with(top_of_stack + "0x0000020000000000 ")) << found[0];
    EXPECT_TRUE(found[1].starts_with(stacked(8) + "0x0000020100000000 ")) << found[1];

    const std::vector<std::string> at_the_end = stack(memory.end() - 11);
    ASSERT_EQ(at_the_end.size(), 2U);
    EXPECT_TRUE(at_the_end[0].starts_with(top_of_stack + "0x00000003ff000000 ")) << at_the_end[0];
    EXPECT_EQ(at_the_end[1], unreadable(11, memory.end()));
}

TEST(DumpStack, the_pointer_may_be_anything) {
    const guarded_pages memory{1};
    const std::uintptr_t nowhere[] = {
        0, 1, 8, memory.end(), memory.end() + 8, UINTPTR_MAX - 0xfff, UINTPTR_MAX - 7, UINTPTR_MAX};
    for (const std::uintptr_t address : nowhere)
        for (const bool qwords : {true, false})
            EXPECT_EQ(stack(address, {.stack_qwords = qwords}), (std::vector<std::string>{unreadable(0, address)}));
}

std::string first_row(const void *address) {
    const auto word = reinterpret_cast<std::uintptr_t>(address);
    return stack(reinterpret_cast<std::uintptr_t>(&word), {.stack_qwords = sizeof(void *) == 8, .stack_rows = 1})[0];
}

TEST(DumpTarget, text) {
    EXPECT_TRUE(first_row("circle").ends_with("  \"circle\"")) << first_row("circle");
    EXPECT_TRUE(first_row("four").ends_with("  \"four\""));
    EXPECT_EQ(first_row("abc").find('"'), std::string::npos);
    EXPECT_TRUE(first_row("line\n").ends_with("  \"line\\n\"")) << first_row("line\n");
    EXPECT_TRUE(first_row("na\xc3\xafve").ends_with("  \"na\xc3\xafve\"")) << first_row("na\xc3\xafve");
    EXPECT_EQ(first_row("no UTF-\xf8").find('"'), std::string::npos);
    EXPECT_EQ(first_row("\x1b[1m").find('"'), std::string::npos);
    const std::string long_text(200, 'x');
    EXPECT_TRUE(first_row(long_text.c_str()).ends_with("  \"" + std::string(48, 'x') + "\"..."));
}

TEST(DumpTarget, text_that_ends_with_its_page) {
    const guarded_pages memory{1};
    auto *const end = reinterpret_cast<char *>(memory.end());
    std::memcpy(end - 5, "full", 5);
    EXPECT_TRUE(first_row(end - 5).ends_with("  \"full\"")) << first_row(end - 5);
    end[-1] = 'y'; // and no zero behind
    EXPECT_EQ(first_row(end - 5).find('"'), std::string::npos);
}

TEST(DumpTarget, code) {
    const std::string of_library = first_row(reinterpret_cast<const void *>(&std::qsort));
    const std::string of_program = first_row(reinterpret_cast<const void *>(&first_row));
#if defined(__linux__)
    EXPECT_NE(of_library.find("qsort+0x0 in "), std::string::npos) << of_library;
#endif
    EXPECT_NE(of_program.find("dump_test"), std::string::npos) << of_program;
}

TEST(DumpTarget, numbers_are_no_addresses) {
    const std::uint64_t words[] = {1234, 0x400921fb54442d18};
    const std::vector<std::string> found = stack(reinterpret_cast<std::uintptr_t>(words), {.stack_rows = 2});
    EXPECT_NE(found[0].find(" 1234 "), std::string::npos) << found[0];
    EXPECT_NE(found[1].find(" 3.14159 "), std::string::npos) << found[1];
}

} // namespace
