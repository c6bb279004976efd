// Layouts of 64-bit RISC-V, as its ELF psABI gives them.
#include "abi_layout.hpp"

#include <gtest/gtest.h>

namespace {

namespace abi = cbframe::abi;
using namespace abi_layout;

const type f2 = record({float_, float_}), d2 = record({double_, double_}), d3 = record({double_, double_, double_});
const abi::convention *const all[] = {&abi::lp64d, &abi::lp64f, &abi::lp64};

TEST(AbiRiscv, scalars_count_in_their_own_registers) {
    const std::vector<type> types{int_, float_, type::pointer(), double_, long_long};
    EXPECT_EQ(arguments(abi::lp64d, types), (words{"X10", "F10", "X11", "F11", "X12"}));
    EXPECT_EQ(arguments(abi::lp64f, types), (words{"X10", "F10", "X11", "X12", "X13"}));
    EXPECT_EQ(arguments(abi::lp64, types), (words{"X10", "X11", "X12", "X13", "X14"}));
    EXPECT_EQ(result(abi::lp64d, double_), "F10");
    EXPECT_EQ(result(abi::lp64f, double_), "X10");
    for (const abi::convention *convention : all) {
        EXPECT_EQ(result(*convention, int128), "X10 X11") << convention->name;
        EXPECT_EQ(result(*convention, long_double), "X10 X11") << convention->name;
    }
}

TEST(AbiRiscv, records_of_one_or_two_numbers) { // 2.2, "flattened"
    EXPECT_EQ(arguments(abi::lp64d, {f2, d2, record({record({type::array(float_, 1)})})}),
              (words{"F10 F11", "F12 F13", "F14"}));
    EXPECT_EQ(arguments(abi::lp64d, {record({float_, int_}), record({long_long, double_})}),
              (words{"F10 X10", "X11 F11"}));
    EXPECT_EQ(arguments(abi::lp64f, {f2, d2, record({long_long, float_}), record({int_, double_})}),
              (words{"F10 F11", "X10 X11", "X12 F12", "X13 X14"}));
    EXPECT_EQ(arguments(abi::lp64, {f2, d2}), (words{"X10", "X11 X12"}));
    EXPECT_EQ(result(abi::lp64d, type::complex(double_)), "F10 F11");
    EXPECT_EQ(result(abi::lp64d, type::complex(long_double)), "");
}

TEST(AbiRiscv, records_of_anything_else) {
    const type float_and_pointer = record({float_, type::pointer()});
    const type in_a_union = type::structure("s", {plain("u", type::union_("u", {plain("f", float_)}))});
    EXPECT_EQ(arguments(abi::lp64d, {record({int_, int_}), record({float_, float_, float_}), float_and_pointer,
                                     in_a_union, record({float_, int128})}),
              (words{"X10", "X11 X12", "X13 X14", "X15", "&X16"}));
}

TEST(AbiRiscv, attributes_do_not_interfere) {
    const type packed = record({char_, double_}, {.packed = true});
    const type wide = record({float_, float_}, {.alignment = 32});
    EXPECT_EQ(arguments(abi::lp64d, {packed, wide}), (words{"X10 F10", "F11 F12"}));
    EXPECT_EQ(abi::layout(abi::lp64d, {void_, {packed}}).arguments[0].pieces[1].offset, 1U);
}

TEST(AbiRiscv, bit_fields_and_what_is_ignored) {
    const auto with = [](unsigned bits, const char *name) {
        return type::structure("s", {plain("f", float_), {.name = name, .type = int_, .bits = bits}});
    };
    EXPECT_EQ(arguments(abi::lp64d, {with(3, "b"), with(0, ""), with(3, "")}), (words{"F10 X10", "F11", "F12 X11"}));
    const type empty = record({});
    EXPECT_EQ(arguments(abi::lp64d, {record({empty, float_, type::array(empty, 2), float_})}), words{"F10 F11"});
}

TEST(AbiRiscv, too_few_registers) {
    std::vector<type> types(7, double_);
    types.push_back(d2); // needs two
    types.push_back(record({double_, int_}));
    types.push_back(float_);
    EXPECT_EQ(arguments(abi::lp64d, types),
              (words{"F10", "F11", "F12", "F13", "F14", "F15", "F16", "X10 X11", "F17 X12", "X13"}));
    std::vector<type> integers(7, long_long);
    integers.push_back(record({long_long, long_long}));
    integers.push_back(record({float_, int_}));
    EXPECT_EQ(arguments(abi::lp64d, integers),
              (words{"X10", "X11", "X12", "X13", "X14", "X15", "X16", "X17 stack+0", "stack+8"}));
}

TEST(AbiRiscv, large_values_by_reference) { // 2.1
    for (const abi::convention *convention : all) {
        EXPECT_EQ(arguments(*convention, {chars(16), chars(17), d3}), (words{"X10 X11", "&X12", "&X13"}))
            << convention->name;
        const abi::call_layout call = abi::layout(*convention, {chars(17), {int_}});
        EXPECT_TRUE(call.result.by_pointer);
        EXPECT_TRUE(call.result.pieces.empty()) << "no address is returned";
        EXPECT_EQ(call.result_pointer->in->name(), "X10");
        EXPECT_EQ(where(call.arguments[0]), "X11");
    }
}

TEST(AbiRiscv, pairs_are_aligned_among_variadic_arguments_alone) {
    EXPECT_EQ(arguments(abi::lp64d, {int_, int128, int_}), (words{"X10", "X11 X12", "X13"}));
    const abi::call_layout call =
        abi::layout(abi::lp64d, {int_, {int_}, true}, std::vector<type>{int128, double_, f2, long_double});
    words places;
    for (const abi::value_layout &value : call.arguments)
        places.push_back(where(value));
    EXPECT_EQ(places, (words{"X10", "X12 X13", "X14", "X15", "X16 X17"}));
    EXPECT_EQ(call.variadic->general, 1U);
    EXPECT_EQ(call.variadic->stack, 0U);
}

TEST(AbiRiscv, the_stack) {
    std::vector<type> types(8, long_long);
    for (const type &more : {type(char_), type(int128), type(float_)})
        types.push_back(more);
    words expected{"X10", "X11", "X12", "X13", "X14", "X15", "X16", "X17", "stack+0", "stack+16", "F10"};
    EXPECT_EQ(arguments(abi::lp64d, types), expected);
    EXPECT_EQ(abi::layout(abi::lp64d, {void_, types}).stack_size, 32U);
}

TEST(AbiRiscv, narrow_numbers_are_extended_to_the_register) { // 2.1; NaN boxes: 2.2
    const auto extended = [](const type &of) { return abi::layout(abi::lp64d, {of, {}}).result.pieces[0]; };
    for (const type &of : {type(bool_), type(char_), type(unsigned_short)})
        EXPECT_EQ(extended(of).extends, abi::extension::zero) << to_string(of);
    for (const type &of : {type(signed_char), type(short_), type(int_), type(unsigned_int)})
        EXPECT_EQ(extended(of).extends, abi::extension::sign) << to_string(of);
    EXPECT_EQ(extended(unsigned_int).extended, 8U);
    EXPECT_EQ(extended(float_).extends, abi::extension::ones);
    EXPECT_EQ(extended(long_long).extends, abi::extension::none);
    EXPECT_EQ(extended(record({int_})).extends, abi::extension::none);
}

TEST(AbiRiscv, an_empty_class_takes_a_register_in_cxx) {
    const type empty = record({});
    abi::data_model cxx = abi::lp64_riscv;
    cxx.empty_record_size = 1;
    const signature called{void_, {empty, int_}};
    EXPECT_EQ(where(abi::layout(abi::lp64d, called).arguments[1]), "X10");
    EXPECT_EQ(where(abi::layout(abi::lp64d, cxx, called).arguments[1]), "X11");
    const signature with_number{void_, {record({empty, float_})}};
    EXPECT_EQ(where(abi::layout(abi::lp64d, cxx, with_number).arguments[0]), "F10") << "ignored in a record";
}

} // namespace
