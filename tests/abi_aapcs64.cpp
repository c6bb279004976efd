// Layouts of 64-bit Arm, as Arm, Apple and Microsoft give them.
#include "abi_layout.hpp"

#include <gtest/gtest.h>

namespace {

namespace abi = cbframe::abi;
using namespace abi_layout;

const type f2 = record({float_, float_}), d3 = record({double_, double_, double_});
const type m128 = type::vector(float_, 4);

const abi::convention *const all[] = {&abi::aapcs64, &abi::aapcs64_darwin, &abi::aapcs64_windows};

TEST(AbiAapcs64, scalars_count_in_their_own_registers) {
    for (const abi::convention *convention : all)
        EXPECT_EQ(arguments(*convention, {int_, float_, type::pointer(), double_, m128, long_long}),
                  (words{"X0", "V0", "X1", "V1", "V2", "X2"}))
            << convention->name;
    EXPECT_EQ(result(abi::aapcs64, int_), "X0");
    EXPECT_EQ(result(abi::aapcs64, double_), "V0");
    EXPECT_EQ(result(abi::aapcs64, int128), "X0 X1");
    EXPECT_EQ(result(abi::aapcs64, long_double), "V0");
}

TEST(AbiAapcs64, homogeneous_aggregates) { // 5.9.5
    for (const abi::convention *convention : all) {
        EXPECT_EQ(arguments(*convention, {f2, d3, record({m128, m128})}), (words{"V0 V1", "V2 V3 V4", "V5 V6"}))
            << convention->name;
        EXPECT_EQ(result(*convention, d3), "V0 V1 V2");
        EXPECT_EQ(result(*convention, type::complex(float_)), "V0 V1");
        EXPECT_EQ(arguments(*convention, {record({float_, int_})}), words{"X0"});
        EXPECT_EQ(arguments(*convention, {record({float_, double_})}), words{"X0 X1"});
        EXPECT_EQ(arguments(*convention, {record({type::array(float_, 5)})}), words{"&X0"});
    }
    const type four = record({type::array(long_double, 4)});
    EXPECT_EQ(result(abi::aapcs64, four), "V0 V1 V2 V3");
}

TEST(AbiAapcs64, none_of_it_in_registers_that_are_too_few) { // 6.8.2, C.3
    EXPECT_EQ(arguments(abi::aapcs64, {d3, d3, d3, double_}), (words{"V0 V1 V2", "V3 V4 V5", "stack+0", "stack+24"}));
    const std::vector<type> words_8(7, long_long);
    std::vector<type> types = words_8;
    types.push_back(record({long_long, long_long}));
    types.push_back(int_);
    EXPECT_EQ(arguments(abi::aapcs64, types), (words{"X0", "X1", "X2", "X3", "X4", "X5", "X6", "stack+0", "stack+16"}));
}

TEST(AbiAapcs64, large_composites_by_reference) { // 6.8.2, B.4
    EXPECT_EQ(arguments(abi::aapcs64, {chars(16), chars(17), record({long_long, long_long, long_long})}),
              (words{"X0 X1", "&X2", "&X3"}));
    const abi::call_layout call = abi::layout(abi::aapcs64, {chars(17), {int_}});
    EXPECT_TRUE(call.result.by_pointer);
    EXPECT_TRUE(call.result.pieces.empty()) << "no address is returned";
    EXPECT_EQ(call.result_pointer->in->name(), "X8");
    EXPECT_EQ(where(call.arguments[0]), "X0");
}

TEST(AbiAapcs64, pairs) { // 6.8.2, C.10
    EXPECT_EQ(arguments(abi::aapcs64, {int_, int128, int_}), (words{"X0", "X2 X3", "X4"}));
    EXPECT_EQ(arguments(abi::aapcs64_darwin, {int_, int128, int_}), (words{"X0", "X1 X2", "X3"}));
    // That of the whole does not count.
    const type aligned = record({long_long, long_long}, {.alignment = 16});
    EXPECT_EQ(arguments(abi::aapcs64, {int_, aligned}), (words{"X0", "X1 X2"}));
    EXPECT_EQ(arguments(abi::aapcs64, {int_, record({int128})}), (words{"X0", "X2 X3"}));
}

TEST(AbiAapcs64, the_stack) {
    std::vector<type> types(8, long_long);
    for (const type &more : {type(char_), type(short_), type(int_), type(double_), type(char_)})
        types.push_back(more);
    const words general{"X0", "X1", "X2", "X3", "X4", "X5", "X6", "X7"};
    words arm = general, apple = general;
    for (const char *each : {"stack+0", "stack+8", "stack+16", "V0", "stack+24"})
        arm.push_back(each);
    for (const char *each : {"stack+0", "stack+2", "stack+4", "V0", "stack+8"})
        apple.push_back(each);
    EXPECT_EQ(arguments(abi::aapcs64, types), arm);
    EXPECT_EQ(arguments(abi::aapcs64_windows, types), arm);
    EXPECT_EQ(arguments(abi::aapcs64_darwin, types), apple);
    EXPECT_EQ(abi::layout(abi::aapcs64_darwin, {void_, types}).stack_size, 16U);
}

TEST(AbiAapcs64, small_integers_are_extended_for_apple_alone) {
    const abi::piece apple = abi::layout(abi::aapcs64_darwin, {void_, {signed_char}}).arguments[0].pieces[0];
    EXPECT_EQ(apple.extends, abi::extension::sign);
    EXPECT_EQ(apple.extended, 4U);
    EXPECT_EQ(abi::layout(abi::aapcs64, {void_, {signed_char}}).arguments[0].pieces[0].extends, abi::extension::none);
}

TEST(AbiAapcs64, variadic_arguments) {
    const signature called{int_, {type::pointer(), f2}, true};
    const std::vector<type> rest{int_, double_, f2, int128};
    const auto places = [&](const abi::convention &convention) {
        words out;
        for (const abi::value_layout &value : abi::layout(convention, called, rest).arguments)
            out.push_back(where(value));
        return out;
    };
    EXPECT_EQ(places(abi::aapcs64), (words{"X0", "V0 V1", "X1", "V2", "V3 V4", "X2 X3"}));
    EXPECT_EQ(places(abi::aapcs64_darwin), (words{"X0", "V0 V1", "stack+0", "stack+8", "stack+16", "stack+32"}));
    EXPECT_EQ(places(abi::aapcs64_windows), (words{"X0", "X1", "X2", "X3", "X4", "X6 X7"}));
    const abi::variadic_start start = *abi::layout(abi::aapcs64, called, rest).variadic;
    EXPECT_EQ(start.general, 1U);
    EXPECT_EQ(start.vector, 2U);
    EXPECT_EQ(start.stack, 0U);
}

// Microsoft, "Addendum: Variadic functions": what is in X7 goes on on the stack.
TEST(AbiAapcs64, divided_between_registers_and_stack) {
    const signature called{void_, {int_}, true};
    const std::vector<type> rest(6, long_long);
    std::vector<type> more = rest;
    more.push_back(record({long_long, long_long}));
    EXPECT_EQ(where(abi::layout(abi::aapcs64_windows, called, more).arguments.back()), "X7 stack+0");
}

TEST(AbiAapcs64, clang_passes_no_record_of_unnamed_bit_fields_for_apple_and_microsoft) {
    const type unnamed = type::structure("", {{.name = "", .type = unsigned_int, .bits = 3}});
    const type both = type::union_("", {{.name = "a", .type = type::array(record({}), 1), .bits = {}},
                                        {.name = "", .type = unsigned_int, .bits = 1}});
    const std::vector<type> types{unnamed, both, int_};
    EXPECT_EQ(arguments(abi::aapcs64, types), (words{"X0", "X1", "X2"}));
    EXPECT_EQ(arguments(abi::aapcs64_darwin, types), (words{"", "", "X0"}));
    EXPECT_EQ(arguments(abi::aapcs64_windows, types), (words{"", "", "X0"}));
}

TEST(AbiAapcs64, an_empty_class_takes_a_register_in_cxx) {
    const type empty = record({});
    abi::data_model cxx = abi::lp64_aapcs;
    cxx.empty_record_size = 1;
    const signature called{void_, {empty, int_}};
    EXPECT_EQ(where(abi::layout(abi::aapcs64, called).arguments[1]), "X0");
    EXPECT_EQ(where(abi::layout(abi::aapcs64, cxx, called).arguments[1]), "X1");
    abi::data_model apples = abi::lp64_darwin;
    apples.empty_record_size = 1;
    EXPECT_EQ(where(abi::layout(abi::aapcs64_darwin, apples, called).arguments[1]), "X0");
}

TEST(AbiAapcs64, bit_fields_without_a_name_align_the_record) { // 10.1.8
    const auto sized = [](unsigned bits) {
        return type::structure("s", {{.name = "a", .type = char_, .bits = {}},
                                     {.name = "", .type = int_, .bits = bits},
                                     {.name = "b", .type = char_, .bits = {}}});
    };
    EXPECT_EQ(abi::alignment_of(abi::lp64_aapcs, sized(0)), 4U);
    EXPECT_EQ(abi::alignment_of(abi::lp64_aapcs, sized(3)), 4U);
    EXPECT_EQ(abi::alignment_of(abi::lp64_darwin, sized(3)), 1U);
    EXPECT_EQ(abi::alignment_of(abi::lp64_sysv, sized(3)), 1U);
    EXPECT_EQ(abi::alignment_of(abi::lp64_aapcs, type::vector(float_, 8)), 16U);
}

} // namespace
