// Layouts as the ABI documents give them, errors, and the table. That compilers agree is for abi_oracle_test.
#include "abi_layout.hpp"
#include "emulator.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

namespace abi = cbframe::abi;
using namespace abi_layout;

// ---------------------------------------------------------------- System V x86-64

TEST(AbiSysvX64, psabi_example_of_parameter_passing) { // 3.2.3, figures 3.5 and 3.6
    const type structparm = record({int_, int_, double_});
    EXPECT_EQ(arguments(abi::sysv_x64, {int_, int_, structparm, int_, int_, long_double, double_, double_,
                                        type::vector(double_, 4), int_, int_}),
              (words{"RDI", "RSI", "RDX XMM0", "RCX", "R8", "stack+8", "XMM1", "XMM2", "YMM3", "R9", "stack+24"}));
}

TEST(AbiSysvX64, an_aggregate_that_finds_one_register_leaves_it_to_the_next) {
    EXPECT_EQ(arguments(abi::sysv_x64, {int_, int_, int_, int_, int_, record({long_, long_}), int_, int_}),
              (words{"RDI", "RSI", "RDX", "RCX", "R8", "stack+8", "R9", "stack+24"}));
    EXPECT_EQ(arguments(abi::sysv_x64, {int_, int_, int_, int_, int_, int_, int_, int128}),
              (words{"RDI", "RSI", "RDX", "RCX", "R8", "R9", "stack+8", "stack+24"}));
}

TEST(AbiSysvX64, small_structures) {
    EXPECT_EQ(result(abi::sysv_x64, record({float_})), "XMM0");
    EXPECT_EQ(result(abi::sysv_x64, record({double_})), "XMM0");
    EXPECT_EQ(result(abi::sysv_x64, record({float_, float_, float_})), "XMM0 XMM1");
    EXPECT_EQ(result(abi::sysv_x64, record({float_, int_})), "RAX");
    EXPECT_EQ(result(abi::sysv_x64, record({long_, double_})), "RAX XMM0");
    EXPECT_EQ(result(abi::sysv_x64, chars(16)), "RAX RDX");
    EXPECT_EQ(result(abi::sysv_x64, chars(17)), "&RAX");
    EXPECT_EQ(result(abi::sysv_x64, record({char_, int_}, {.packed = true})), "&RAX");
}

TEST(AbiSysvX64, long_double_and_complex) {
    EXPECT_EQ(result(abi::sysv_x64, long_double), "ST0");
    EXPECT_EQ(result(abi::sysv_x64, record({long_double})), "ST0");
    EXPECT_EQ(result(abi::sysv_x64, type::complex(long_double)), "ST0 ST1");
    EXPECT_EQ(result(abi::sysv_x64, type::complex(float_)), "XMM0");
    EXPECT_EQ(result(abi::sysv_x64, type::complex(double_)), "XMM0 XMM1");
    EXPECT_EQ(arguments(abi::sysv_x64, {char_, long_double}), (words{"RDI", "stack+8"}));
}

// The inner union is MEMORY, for its X87UP follows no X87; the integer that covers it in the outer one does not help.
TEST(AbiSysvX64, each_nested_record_is_cleaned_up_before_it_is_merged) {
    const auto union_of = [](const type &a, const type &b) {
        return type::union_("u", {{.name = "a", .type = a, .bits = {}}, {.name = "b", .type = b, .bits = {}}});
    };
    const type inner = union_of(long_double, type::pointer());
    EXPECT_EQ(arguments(abi::sysv_x64, {inner, union_of(int128, inner), union_of(int128, long_long)}),
              (words{"stack+8", "stack+24", "RDI RSI"}));
    EXPECT_EQ(result(abi::sysv_x64, union_of(inner, int128)), "&RAX");
}

TEST(AbiSysvX64, wide_vectors_depend_on_the_instruction_set) {
    const type wide = type::vector(float_, 8);
    const type widest = type::vector(float_, 16);
    EXPECT_EQ(arguments(abi::sysv_x64, {wide, widest, record({wide})}), (words{"YMM0", "ZMM1", "YMM2"}));
    EXPECT_EQ(arguments(abi::sysv_x64_avx, {wide, widest}), (words{"YMM0", "stack+8"}));
    EXPECT_EQ(arguments(abi::sysv_x64_sse, {wide}), words{"stack+8"});
    EXPECT_EQ(abi::layout(abi::sysv_x64_sse, {void_, {wide}}).stack_alignment, 32U);
}

// As clang compiles for Apple, which keeps to what the psABI said before its revision 0.98.
TEST(AbiSysvX64, apples_differences) {
    const type number_or_integer =
        type::union_("u", {{.name = "a", .type = long_double, .bits = {}}, {.name = "b", .type = int_, .bits = {}}});
    EXPECT_EQ(arguments(abi::sysv_x64, {number_or_integer}), words{"stack+8"});
    EXPECT_EQ(result(abi::sysv_x64, number_or_integer), "&RAX");
    EXPECT_EQ(arguments(abi::sysv_x64_darwin, {number_or_integer}), words{"RDI XMM0"});
    EXPECT_EQ(result(abi::sysv_x64_darwin, number_or_integer), "RAX XMM0");
    const std::vector<type> vectors{type::vector(long_long, 1), type::vector(int_, 2), type::vector(long_long, 2)};
    EXPECT_EQ(arguments(abi::sysv_x64, vectors), (words{"XMM0", "XMM1", "XMM2"}));
    EXPECT_EQ(arguments(abi::sysv_x64_darwin, vectors), (words{"RDI", "XMM0", "XMM1"}));
    EXPECT_EQ(result(abi::sysv_x64_darwin, long_double), "ST0");
}

TEST(AbiSysvX64, variadic_call) {
    const std::vector<type> rest{double_, int_, type::vector(float_, 8)};
    const abi::call_layout call = abi::layout(abi::sysv_x64, {int_, {type::pointer(), double_}, true}, rest);
    EXPECT_EQ(call.named, 2U);
    EXPECT_EQ(call.variadic->general, 1U);
    EXPECT_EQ(call.variadic->vector, 1U);
    EXPECT_EQ(call.variadic->stack, 8U);
    EXPECT_EQ(call.vector_registers, 2U);
    EXPECT_EQ(where(call.arguments[4]), "stack+8"); // unnamed __m256
}

// ---------------------------------------------------------------- Microsoft x64

TEST(AbiMsX64, what_does_not_fit_into_a_word_goes_by_pointer) {
    for (const std::size_t size : {1U, 2U, 4U, 8U})
        EXPECT_EQ(arguments(abi::ms_x64, {chars(size)}), words{"RCX"}) << size;
    for (const std::size_t size : {3U, 5U, 6U, 7U, 9U, 12U, 16U})
        EXPECT_EQ(arguments(abi::ms_x64, {chars(size)}), words{"&RCX"}) << size;
    EXPECT_EQ(result(abi::ms_x64, record({float_})), "RAX");
    EXPECT_EQ(result(abi::ms_x64, chars(3)), "&RAX");
    EXPECT_EQ(result(abi::ms_x64, type::vector(float_, 4)), "XMM0");
}

TEST(AbiMsX64, a_position_belongs_to_one_register) {
    EXPECT_EQ(arguments(abi::ms_x64, {int_, double_, int_, float_, int_, float_}),
              (words{"RCX", "XMM1", "R8", "XMM3", "stack+40", "stack+48"}));
    const abi::call_layout call = abi::layout(abi::ms_x64, {chars(12), {int_}});
    EXPECT_EQ(call.result_pointer->in->name(), "RCX");
    EXPECT_EQ(where(call.arguments[0]), "RDX");
    EXPECT_EQ(call.stack_size, 32U);
}

// An empty class of C++, as the callees of g++ and clang++ look for what follows it.
TEST(AbiMsX64, an_empty_class_on_the_stack_has_a_word_but_by_gcc) {
    abi::data_model cxx = abi::lp64_sysv;
    cxx.empty_record_size = 1;
    const type empty = record({}), two_empty = record({empty, empty});
    const auto stack_of = [&](const abi::convention &convention) {
        words out;
        const signature signature{void_, {int_, int_, int_, empty, empty, two_empty, double_}};
        const abi::call_layout call = abi::layout(convention, cxx, signature);
        for (std::size_t i = 3; i < call.arguments.size(); i++)
            out.push_back(where(call.arguments[i]));
        return out;
    };
    EXPECT_EQ(stack_of(abi::ms_x64), (words{"R9", "stack+40", "stack+48", "stack+56"}));
    EXPECT_EQ(stack_of(abi::ms_x64_mingw), (words{"R9", "", "", "stack+40"}));
}

TEST(AbiMsX64, variadic_floating_numbers_have_two_homes) {
    const std::vector<type> rest{double_};
    const abi::call_layout call = abi::layout(abi::ms_x64, {int_, {type::pointer()}, true}, rest);
    EXPECT_EQ(where(call.arguments[1]), "XMM1 RDX");
    EXPECT_TRUE(call.arguments[1].pieces[1].duplicate);
}

TEST(AbiVectorcallX64, examples_of_the_document) { // Microsoft, "__vectorcall", x64 examples
    const type m128 = type::vector(float_, 4);
    const type m256 = type::vector(float_, 8);
    const type hva2 = record({m256, m256});
    const type hva4 = record({m128, m128, m128, m128});
    EXPECT_EQ(arguments(abi::vectorcall_x64, {m128, m256, m128, m128, m256}), // example 1
              (words{"XMM0", "YMM1", "XMM2", "XMM3", "YMM4"}));
    EXPECT_EQ(arguments(abi::vectorcall_x64, {int_, m128, int_, m256, int_, m128, int_, m128}).at(1), "XMM1");
    EXPECT_EQ(arguments(abi::vectorcall_x64, {int_, hva4, m256}), // a, c, then b in what is left
              (words{"RCX", "XMM0 XMM1 XMM3 XMM4", "YMM2"}));
    EXPECT_EQ(arguments(abi::vectorcall_x64, {hva4, hva2, m128}), (words{"XMM0 XMM1 XMM3 XMM4", "&RDX", "XMM2"}));
    EXPECT_EQ(result(abi::vectorcall_x64, hva4), "XMM0 XMM1 XMM2 XMM3");
}

// ---------------------------------------------------------------- x86

TEST(AbiX86, structures_are_returned_as_each_system_does) {
    EXPECT_EQ(result(abi::cdecl_x86_sysv, chars(4)), "&EAX");
    EXPECT_EQ(result(abi::cdecl_x86_mingw, chars(8)), "EAX EDX");
    EXPECT_EQ(result(abi::cdecl_x86_msvc, chars(8)), "EAX EDX");
    EXPECT_EQ(result(abi::cdecl_x86_msvc, record({float_})), "EAX");
    EXPECT_EQ(result(abi::cdecl_x86_mingw, record({float_})), "ST0");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, record({float_})), "ST0");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, chars(2)), "EAX");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, chars(3)), "&EAX");
    EXPECT_EQ(result(abi::cdecl_x86_sysv, type::complex(float_)), "EAX EDX");
}

// Apple, "OS X ABI Function Call Guide", "IA-32 Function Calling Conventions".
TEST(AbiX86Darwin, sizes_and_alignments) {
    const abi::data_model &model = abi::ilp32_darwin;
    for (const auto &[of, size, alignment] :
         std::vector<std::tuple<type, std::size_t, std::size_t>>{{bool_, 1, 1},
                                                                 {long_, 4, 4},
                                                                 {long_long, 8, 4},
                                                                 {float_, 4, 4},
                                                                 {double_, 8, 4},
                                                                 {long_double, 16, 16},
                                                                 {type::pointer(), 4, 4},
                                                                 {type::vector(float_, 2), 8, 8},
                                                                 {type::vector(float_, 4), 16, 16},
                                                                 {record({char_, double_}), 12, 4},
                                                                 {record({char_, long_double}), 32, 16}}) {
        EXPECT_EQ(abi::size_of(model, of), size) << of.name();
        EXPECT_EQ(abi::alignment_of(model, of), alignment) << of.name();
    }
}

TEST(AbiX86Darwin, scalar_results) {
    for (const type &of : {type(char_), type(int_), type::pointer()})
        EXPECT_EQ(result(abi::cdecl_x86_darwin, of), "EAX");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, long_long), "EAX EDX");
    for (const auto of : {float_, double_, long_double})
        EXPECT_EQ(result(abi::cdecl_x86_darwin, of), "ST0");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, type::vector(float_, 4)), "XMM0");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, type::complex(float_)), "EAX EDX");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, type::complex(double_)), "&EAX");
}

TEST(AbiX86Darwin, structures_of_1_2_4_8_bytes_are_returned_in_registers) {
    for (const std::size_t size : {1U, 2U, 4U})
        EXPECT_EQ(result(abi::cdecl_x86_darwin, chars(size)), "EAX") << size;
    EXPECT_EQ(result(abi::cdecl_x86_darwin, chars(8)), "EAX EDX");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, record({int_, float_})), "EAX EDX");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, record({float_, float_})), "EAX EDX");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, record({record({long_long})})), "EAX EDX");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, record({double_})), "ST0");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, record({long_double})), "&EAX");
    for (const std::size_t size : {3U, 5U, 6U, 7U, 9U, 12U, 16U})
        EXPECT_EQ(result(abi::cdecl_x86_darwin, chars(size)), "&EAX") << size;
}

TEST(AbiX86Darwin, the_address_of_a_result_comes_first_and_is_popped) {
    const abi::call_layout in_memory = abi::layout(abi::cdecl_x86_darwin, {chars(12), {int_}});
    EXPECT_EQ(in_memory.result_pointer->stack, 4U);
    EXPECT_EQ(where(in_memory.arguments[0]), "stack+8");
    EXPECT_EQ(in_memory.popped, 4U);
    const abi::call_layout in_registers = abi::layout(abi::cdecl_x86_darwin, {chars(8), {int_}});
    EXPECT_FALSE(in_registers.result_pointer);
    EXPECT_EQ(in_registers.popped, 0U);
}

TEST(AbiX86Darwin, arguments_take_whole_words_of_a_stack_aligned_to_16) {
    EXPECT_EQ(arguments(abi::cdecl_x86_darwin, {char_, chars(3), double_, long_long, chars(5), int_}),
              (words{"stack+4", "stack+8", "stack+12", "stack+20", "stack+28", "stack+36"}));
    EXPECT_EQ(arguments(abi::cdecl_x86_darwin, {int_, long_double, int_}), (words{"stack+4", "stack+20", "stack+36"}));
    EXPECT_EQ(abi::layout(abi::cdecl_x86_darwin, {void_, {int_}}).stack_alignment, 16U);
}

TEST(AbiX86Darwin, four_vectors_travel_in_registers) {
    const type m128 = type::vector(float_, 4);
    EXPECT_EQ(arguments(abi::cdecl_x86_darwin, {int_, m128, m128, double_, m128, m128, m128, int_}),
              (words{"stack+4", "XMM0", "XMM1", "stack+8", "XMM2", "XMM3", "stack+20", "stack+36"}));
    const std::vector<type> rest{m128};
    const abi::call_layout variadic = abi::layout(abi::cdecl_x86_darwin, {void_, {m128}, true}, rest);
    EXPECT_EQ(where(variadic.arguments[0]), "stack+4");
}

TEST(AbiX86, vectorcall_passes_by_pointer_what_finds_no_vector_register) {
    EXPECT_EQ(arguments(abi::vectorcall_x86_msvc, std::vector<type>(8, double_)),
              (words{"XMM0", "XMM1", "XMM2", "XMM3", "XMM4", "XMM5", "&ECX", "&EDX"}));
}

// clang's isHomogeneousAggregate.
TEST(AbiVectorcallX64, no_record_within_a_homogeneous_aggregate_has_padding) {
    const type padded = record({float_}, {.alignment = 8});
    const type either = type::union_(
        "u", {{.name = "f0", .type = padded, .bits = {}}, {.name = "f1", .type = type::array(float_, 2), .bits = {}}});
    EXPECT_EQ(arguments(abi::vectorcall_x64, {record({record({float_}), float_}), either}),
              (words{"XMM0 XMM1", "RDX"}));
}

TEST(AbiX86, vectorcall_overlooks_empty_records_in_a_homogeneous_aggregate) {
    const auto union_with = [](const type &member) {
        return type::union_("u", {{.name = "f0", .type = type::complex(double_), .bits = {}},
                                  {.name = "f1", .type = member, .bits = {}}});
    };
    const type empty_array = type::array(char_, 0);
    const type unnamed_bits = type::structure("b", {{.name = "", .type = int_, .bits = 3U}});
    EXPECT_EQ(result(abi::vectorcall_x86_msvc, union_with(record({}))), "XMM0 XMM1");
    EXPECT_EQ(result(abi::vectorcall_x86_msvc, union_with(unnamed_bits)), "XMM0 XMM1");
    EXPECT_EQ(result(abi::vectorcall_x86_msvc, union_with(record({empty_array}))), "XMM0 XMM1");
    EXPECT_EQ(result(abi::vectorcall_x86_msvc, union_with(type::array(record({}), 2))), "XMM0 XMM1");
    EXPECT_EQ(result(abi::vectorcall_x64, union_with(type::array(type::array(record({}), 2), 2))), "XMM0 XMM1");
    const type eight = type::union_("u", {{.name = "f0", .type = type::array(double_, 3), .bits = {}},
                                          {.name = "f1", .type = type::array(record({}), 5), .bits = {}}});
    EXPECT_EQ(result(abi::vectorcall_x86_msvc, eight), "XMM0 XMM1 XMM2");
    const type flexible = record({record({}), type::flexible_array(double_)});
    EXPECT_EQ(result(abi::vectorcall_x64, union_with(flexible)), "&RAX");
    EXPECT_EQ(result(abi::vectorcall_x86_msvc, union_with(empty_array)), "&EAX");
}

TEST(AbiX86, records_are_returned_as_gcc_and_clang_see_them) {
    const type odd = record({type::array(char_, 3), char_}); // gcc has no machine mode for three bytes
    EXPECT_EQ(result(abi::cdecl_x86_mingw, odd), "&EAX");
    EXPECT_EQ(result(abi::cdecl_x86_darwin, odd), "&EAX");
    EXPECT_EQ(result(abi::cdecl_x86_msvc, odd), "EAX");
}

TEST(AbiX86, who_pops) {
    const signature large{chars(12), {int_, double_}};
    EXPECT_EQ(abi::layout(abi::cdecl_x86_sysv, large).popped, 4U);
    EXPECT_EQ(abi::layout(abi::cdecl_x86_darwin, large).popped, 4U);
    EXPECT_EQ(abi::layout(abi::cdecl_x86_mingw, large).popped, 0U);
    EXPECT_EQ(abi::layout(abi::cdecl_x86_msvc, large).popped, 0U);
    EXPECT_EQ(abi::layout(abi::stdcall_x86_msvc, large).popped, 16U);
    EXPECT_EQ(abi::layout(abi::fastcall_x86_msvc, large).popped, 8U);
}

TEST(AbiX86, fastcall_registers_after_an_argument_that_takes_none) {
    EXPECT_EQ(arguments(abi::fastcall_x86_msvc, {long_long, int_, int_}), (words{"stack+4", "ECX", "EDX"}));
    EXPECT_EQ(arguments(abi::fastcall_x86_sysv, {long_long, int_, int_}), (words{"stack+4", "stack+12", "stack+16"}));
    EXPECT_EQ(arguments(abi::fastcall_x86_mingw, {record({int_}), int_, int_}), (words{"stack+4", "EDX", "stack+8"}));
}

TEST(AbiX86, thiscall) {
    const signature method{chars(12), {type::pointer(), int_}};
    const abi::call_layout msvc = abi::layout(abi::thiscall_x86_msvc, method);
    EXPECT_EQ(where(msvc.arguments[0]), "ECX");
    EXPECT_EQ(msvc.result_pointer->stack, 4U);
    const abi::call_layout mingw = abi::layout(abi::thiscall_x86_mingw, method);
    EXPECT_EQ(mingw.result_pointer->in->name(), "ECX");
    EXPECT_EQ(where(mingw.arguments[0]), "stack+4");
}

// ---------------------------------------------------------------- sizes

TEST(AbiDataModel, sizes_are_the_targets) {
    EXPECT_EQ(abi::size_of(abi::lp64_sysv, long_), 8U);
    EXPECT_EQ(abi::size_of(abi::llp64_msvc, long_), 4U);
    EXPECT_EQ(abi::size_of(abi::llp64_mingw, long_double), 16U);
    EXPECT_EQ(abi::size_of(abi::llp64_msvc, long_double), 8U);
    EXPECT_EQ(abi::size_of(abi::ilp32_sysv, long_double), 12U);
    EXPECT_EQ(abi::size_of(abi::ilp32_darwin, long_double), 16U);
    EXPECT_EQ(abi::size_of(abi::lp64_aapcs, long_double), 16U);
    EXPECT_EQ(abi::size_of(abi::lp64_darwin, long_double), 8U);
    EXPECT_EQ(abi::size_of(abi::ilp32_sysv, record({char_, double_})), 12U);
    EXPECT_EQ(abi::size_of(abi::ilp32_mingw, record({char_, double_})), 16U);
}

TEST(AbiDataModel, bit_fields_under_pragma_pack_share_bytes) {
    const std::vector<field> fields{{.name = "a", .type = unsigned_char, .bits = 5},
                                    {.name = "b", .type = unsigned_char, .bits = 7}};
    EXPECT_EQ(abi::layout_of(abi::lp64_sysv, type::structure("s", fields)).fields[1], (abi::field_place{1, 0, 7}));
    EXPECT_EQ(abi::layout_of(abi::lp64_sysv, type::structure("s", fields, {.pack = 8})).fields[1],
              (abi::field_place{0, 5, 7}));
}

TEST(AbiDataModel, a_packed_bit_field_of_width_0_aligns_the_record_only) { // mingw
    const type packed = type::structure("s",
                                        {{.name = "a", .type = cbframe::type_kind::unsigned_short, .bits = 4},
                                         {.name = "", .type = cbframe::type_kind::unsigned_int, .bits = 0},
                                         {.name = "b", .type = cbframe::type_kind::bool_, .bits = 1}},
                                        {.packed = true});
    EXPECT_EQ(abi::size_of(abi::ilp32_mingw, packed), 4U);
    EXPECT_EQ(abi::alignment_of(abi::ilp32_mingw, packed), 4U);
}

TEST(AbiDataModel, an_empty_structure_of_cxx_has_a_byte) {
    abi::data_model cxx = abi::lp64_sysv;
    cxx.empty_record_size = 1;
    EXPECT_EQ(abi::size_of(abi::lp64_sysv, record({})), 0U);
    EXPECT_EQ(abi::size_of(cxx, record({})), 1U);
    const abi::call_layout call = abi::layout(abi::sysv_x64, cxx, {void_, {record({}), int_}});
    EXPECT_EQ(where(call.arguments[0]), "");
    EXPECT_EQ(where(call.arguments[1]), "RDI");
}

// ---------------------------------------------------------------- errors

std::string refusal(const abi::convention &convention, const signature &signature, const std::vector<type> &rest = {}) {
    try {
        (void)abi::layout(convention, signature, rest);
    } catch (const cbframe::error &error) {
        return error.what();
    }
    return "";
}

TEST(AbiErrors, what_no_call_carries) {
    EXPECT_EQ(refusal(abi::sysv_x64, {void_, {int_, void_}}), "cbframe: argument 2 is of type void: void has no value");
    EXPECT_NE(refusal(abi::sysv_x64, {type::array(int_, 2), {}}), "");
    EXPECT_NE(refusal(abi::sysv_x64, {void_, {type::array(int_, 2)}}), "");
    EXPECT_NE(refusal(abi::sysv_x64, {void_, {type::function({})}}), "");
    EXPECT_NE(refusal(abi::sysv_x64, {void_, {type::incomplete_structure("s")}}), "");
    EXPECT_NE(refusal(abi::cdecl_x86_sysv, {void_, {int128}}), "");
    EXPECT_NE(refusal(abi::sysv_x64, {void_, {chars(std::size_t{1} << 30)}}), "");
    EXPECT_NE(refusal(abi::sysv_x64, {void_, std::vector<type>(3, chars(std::size_t{400} << 20))}), "");
    EXPECT_NE(refusal(abi::sysv_x64, {void_, {record({type::array(chars(~std::size_t{0} >> 3), 1U << 30)})}}), "");
}

TEST(AbiErrors, variadic) {
    EXPECT_NE(refusal(abi::sysv_x64, {void_, {int_}}, {int_}), "");
    EXPECT_NE(refusal(abi::sysv_x64, {void_, {int_}, true}, {float_}), "");
    EXPECT_NE(refusal(abi::sysv_x64, {void_, {int_}, true}, {char_}), "");
    EXPECT_EQ(refusal(abi::stdcall_x86_msvc, {void_, {int_}, true}),
              "cbframe: stdcall_x86_msvc has no variadic functions");
    EXPECT_NE(refusal(abi::vectorcall_x64, {void_, {int_}, true}), "");
}

// ---------------------------------------------------------------- types of great depth or breadth

using nesting = std::function<type(const type &)>;

// Each holds two of what is below.
const std::pair<const char *, nesting> nestings[] = {
    {"structure",
     [](const type &of) {
         return record({of, of});
     }},
    {"union",
     [](const type &of) {
         return type::union_("u", {plain("a", of), plain("b", of)});
     }},
    {"structure in a union",
     [](const type &of) {
         return type::union_("u", {plain("a", record({of})), plain("b", of)});
     }},
    {"aligned",
     [](const type &of) {
         return type::union_("u", {plain("a", of), plain("b", of)}, {.alignment = 16});
     }},
    {"packed",
     [](const type &of) {
         return type::union_("u", {plain("a", of), plain("b", of)}, {.packed = true});
     }},
    {"arrays",
     [](const type &of) {
         return type::union_("u", {plain("a", type::array(of, 1)), plain("b", of)});
     }},
    {"arrays of nothing",
     [](const type &of) {
         return record({type::array(of, 0), type::array(of, 0), of, type::array(of, 0)});
     }},
};

const type innermost[] = {char_,
                          int_,
                          float_,
                          double_,
                          long_double,
                          type::vector(float_, 4),
                          type::vector(double_, 8),
                          type::structure("empty", {}),
                          type::structure("bits", {{.name = "", .type = int_, .bits = 3}}),
                          record({char_, type::flexible_array(int_)})};

// What a convention says of a type as result and argument: a layout or a refusal.
std::string said(const abi::convention &convention, const abi::data_model &sizes, const type &of) {
    try {
        return to_string(abi::layout(convention, sizes, {of, {int_, of, of}}));
    } catch (const cbframe::error &refused) {
        return refused.what();
    }
}

// Whoever goes all the ways from a type to those in it goes 2^80 of them here.
TEST(AbiDepth, records_are_looked_at_once_however_many_share_them) {
    if (emulator::is_there())
        GTEST_SKIP() << emulator::takes_long;
    const abi::data_model *const models[] = {&abi::lp64_sysv,    &abi::llp64_mingw, &abi::llp64_msvc,
                                             &abi::ilp32_sysv,   &abi::ilp32_mingw, &abi::ilp32_msvc,
                                             &abi::ilp32_darwin, &abi::lp64_aapcs,  &abi::lp64_darwin};
    for (const auto &[name, nest] : nestings)
        for (const type &first : innermost) {
            SCOPED_TRACE(std::string(name).append(" of ").append(to_string(first)));
            type made = first;
            for (int i = 0; i < 80; i++)
                made = nest(made);
            for (const abi::convention *convention : abi::conventions())
                EXPECT_FALSE(said(*convention, *convention->model, made).empty());
            for (const abi::data_model *model : models)
                try {
                    EXPECT_EQ(abi::layout_of(*model, made).size, abi::size_of(*model, made));
                } catch (const cbframe::error &) { // too large
                }
        }
}

TEST(AbiDepth, the_deepest_types_have_sizes_and_layouts) {
    if (emulator::is_there())
        GTEST_SKIP() << emulator::takes_long;
    const nesting ways[] = {
        [](const type &of) { return record({of}); },
        [](const type &of) { return record({of}, {.alignment = 8}); },
        [](const type &of) { return type::union_("u", {plain("a", of)}); },
        [](const type &of) { return type::array(of, 1); },
    };
    for (const nesting &way : ways)
        for (const type &first : innermost) {
            type made = first;
            while (made.depth() + 2 < cbframe::deepest_type)
                made = way(made);
            const type passed = record({made});
            for (const abi::convention *convention : abi::conventions()) {
                const std::string text = said(*convention, *convention->model, passed);
                EXPECT_TRUE(text.starts_with(convention->name)) << text;
            }
        }
}

TEST(AbiDepth, a_union_of_many_is_as_large_as_one) {
    type made = int_;
    for (int i = 0; i < 100; i++)
        made = type::union_("u", {plain("a", made), plain("b", made)});
    EXPECT_EQ(abi::size_of(abi::lp64_sysv, made), 4U);
    EXPECT_EQ(arguments(abi::sysv_x64, {made}), words{"RDI"});
    EXPECT_EQ(result(abi::cdecl_x86_darwin, made), "EAX");
    EXPECT_EQ(result(abi::cdecl_x86_mingw, made), "EAX");
    EXPECT_EQ(arguments(abi::vectorcall_x64, {made}), words{"RCX"});
    type floats = float_;
    for (int i = 0; i < 100; i++)
        floats = type::union_("u", {plain("a", floats), plain("b", floats)});
    EXPECT_EQ(arguments(abi::vectorcall_x64, {floats}), words{"XMM0"});
}

TEST(AbiDepth, what_is_too_large_is_refused) {
    const auto refusal = [](const type &of) {
        try {
            (void)abi::size_of(abi::lp64_sysv, of);
        } catch (const cbframe::error &error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(refusal(type::array(char_, SIZE_MAX)), "cbframe: char [" + std::to_string(SIZE_MAX) + "] is too large");
    EXPECT_NE(refusal(type::array(type::array(int_, SIZE_MAX / 4 + 1), 4)), "");
    type made = char_;
    for (int i = 0; i < 80; i++)
        made = record({made, made});
    EXPECT_EQ(refusal(made), "cbframe: struct s is too large");
    EXPECT_EQ(abi::size_of(abi::lp64_sysv, type::array(type::structure("empty", {}), SIZE_MAX)), 0U);
}

TEST(AbiSizes, of_no_possible_system_are_refused) {
    const type type = record({char_, long_});
    const auto refusal = [&](auto change) {
        abi::data_model model = abi::lp64_sysv;
        change(model);
        std::string said;
        const auto keep = [&](auto ask) {
            try {
                ask();
            } catch (const cbframe::error &error) {
                said += error.what();
            }
        };
        keep([&] { (void)abi::size_of(model, type); });
        keep([&] { (void)abi::alignment_of(model, type); });
        keep([&] { (void)abi::layout_of(model, type); });
        keep([&] { (void)abi::layout(abi::sysv_x64, model, {void_, {type}}); });
        keep([&] { (void)cbframe::prepared_signature({void_, {type}}, cbframe::native_convention(), model); });
        return said;
    };
    const std::string once = "cbframe: there is no such data model";
    const std::string always = once + once + once + once + once;
    EXPECT_EQ(refusal([](abi::data_model &) {}).find(once), std::string::npos);
    EXPECT_EQ(refusal([](abi::data_model &model) { model.long_size = 0; }), always);
    EXPECT_EQ(refusal([](abi::data_model &model) { model.double_alignment = static_cast<std::size_t>(-1); }), always);
    const auto set_unknown_rules = [](abi::data_model &model) {
        const unsigned unknown = 4;
        std::memcpy(&model.records, &unknown, sizeof(unknown));
    };
    EXPECT_EQ(refusal(set_unknown_rules), always);
    EXPECT_EQ(refusal([](abi::data_model &model) { model.vector_alignment = 3; }), always);
    EXPECT_EQ(refusal([](abi::data_model &model) { model.name = nullptr; }), always);
    EXPECT_EQ(refusal([](abi::data_model &model) { model = {}; }), always);
}

TEST(AbiTable, a_long_name_does_not_widen_every_line) {
    const type named = type::pointer(type::incomplete_structure(std::string(10000, 'n')));
    std::vector<type> parameters(1000, int_);
    parameters.push_back(named);
    EXPECT_LT(to_string(abi::layout(abi::sysv_x64, {void_, parameters})).size(), 1000U * 150);
}

TEST(AbiTable, names_every_piece) {
    const std::string table = to_string(abi::layout(abi::sysv_x64, {int_, {record({long_, double_}), char_}}));
    EXPECT_NE(table.find("argument 1  struct s  16    0-7    RDI  INTEGER SSE\n"), table.npos) << table;
    EXPECT_NE(table.find("8-15   XMM0\n"), table.npos) << table;
    EXPECT_NE(table.find("RSI, sign-extended to 4"), table.npos) << table;
}

} // namespace
