// What closures of 64-bit RISC-V do that those of other CPUs need not.
#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace {

struct floats2 {
    float x, y;
};
struct float_and_int {
    float x;
    int n;
};
struct char_and_float {
    signed char c;
    float x;
};
struct [[gnu::packed]] packed {
    char c;
    double x;
};
struct alignas(32) spread {
    float x;
    alignas(32) float y;
};
struct alignas(128) lonely {
    double x;
};
struct empty {};
struct behind_empty {
    empty nothing;
    char c;
    float x;
};

} // namespace

template <>
struct cbframe::describe<floats2> : cbframe::fields<&floats2::x, &floats2::y> {};
template <>
struct cbframe::describe<float_and_int> : cbframe::fields<&float_and_int::x, &float_and_int::n> {};
template <>
struct cbframe::describe<char_and_float> : cbframe::fields<&char_and_float::c, &char_and_float::x> {};
template <>
struct cbframe::describe<packed> {
    static cbframe::type get() {
        using enum cbframe::type_kind;
        return cbframe::type::structure(
            "packed", {{.name = "c", .type = char_, .bits = {}}, {.name = "x", .type = double_, .bits = {}}},
            {.packed = true});
    }
};
template <>
struct cbframe::describe<spread> {
    static cbframe::type get() {
        using enum cbframe::type_kind;
        return cbframe::type::structure(
            "spread",
            {{.name = "x", .type = float_, .bits = {}}, {.name = "y", .type = float_, .bits = {}, .alignment = 32}},
            {.alignment = 32});
    }
};
template <>
struct cbframe::describe<lonely> {
    static cbframe::type get() {
        return cbframe::type::structure("lonely", {{.name = "x", .type = cbframe::type_kind::double_, .bits = {}}},
                                        {.alignment = 128});
    }
};
template <>
struct cbframe::describe<empty> : cbframe::fields<> {};
template <>
struct cbframe::describe<behind_empty> : cbframe::fields<&behind_empty::nothing, &behind_empty::c, &behind_empty::x> {};

namespace {

using cbframe::arguments;
using cbframe::closure;
using cbframe::signature;

/// A closure that returns its only argument as it is.
template <class T>
closure identity() {
    return closure(signature::of<T(T)>(), [](arguments &args) { args.result(args.get<T>(0)); });
}

// Callers of such functions rely on the whole register.
TEST(ClosureRiscv64, integers_are_extended) {
    const auto returned = []<class T>(T value) {
        return identity<T>().template as<std::int64_t(std::int64_t)>()(value);
    };
    EXPECT_EQ(returned(static_cast<signed char>(-3)), -3);
    EXPECT_EQ(returned(static_cast<unsigned char>(253)), 253);
    EXPECT_EQ(returned(static_cast<char>(253)), 253) << "char has no sign here";
    EXPECT_EQ(returned(static_cast<short>(-3)), -3);
    EXPECT_EQ(returned(static_cast<unsigned short>(65533)), 65533);
    EXPECT_EQ(returned(-3), -3);
    EXPECT_EQ(returned(4294967293U), -3) << "by the sign bit of 32, whatever the type";
    EXPECT_EQ(returned(std::int64_t{1} << 40), std::int64_t{1} << 40);
}

std::uint64_t bits_of_fa0_after(const closure &called, float x, float y) {
    const auto function = called.as<double(floats2)>();
    const double returned = function({x, y});
    std::uint64_t bits;
    __builtin_memcpy(&bits, &returned, sizeof(bits));
    return bits;
}

TEST(ClosureRiscv64, floats_are_boxed) {
    const closure first(signature::of<float(floats2)>(), [](arguments &args) { args.result(args.get<floats2>(0).x); });
    EXPECT_EQ(bits_of_fa0_after(first, 1, 2), 0xffffffff3f800000U);
    EXPECT_EQ(bits_of_fa0_after(identity<floats2>(), 2, 1), 0xffffffff40000000U);
    const closure unset(signature::of<float(floats2)>(), [](arguments &) {});
    EXPECT_EQ(bits_of_fa0_after(unset, 1, 2), 0xffffffff00000000U) << "zero";
}

TEST(ClosureRiscv64, records_in_registers_of_both_kinds) {
    const auto [x, n] = identity<float_and_int>().as<float_and_int(float_and_int)>()({1.5F, -7});
    EXPECT_EQ(x, 1.5F);
    EXPECT_EQ(n, -7);
    const auto [c, y] = identity<char_and_float>().as<char_and_float(char_and_float)>()({-3, 2.5F});
    EXPECT_EQ(c, -3);
    EXPECT_EQ(y, 2.5F);
    const auto [x2, y2] = identity<floats2>().as<floats2(floats2)>()({3, 4});
    EXPECT_EQ(x2, 3);
    EXPECT_EQ(y2, 4);
    const packed returned = identity<packed>().as<packed(packed)>()({'a', 0.1});
    EXPECT_EQ(returned.c, 'a');
    EXPECT_EQ(double{returned.x}, 0.1);
}

// gcc warns that it passes such since its version 10 as here; clang 14 passes nothing for the empty class.
TEST(ClosureRiscv64, records_of_numbers_with_anything_between) {
    const spread returned = identity<spread>().as<spread(spread)>()({1, 2});
    EXPECT_EQ(returned.x, 1);
    EXPECT_EQ(returned.y, 2);
    const closure aligned(signature::of<bool(int, spread)>(), [](arguments &args) {
        args.result(reinterpret_cast<std::uintptr_t>(args.data(1)) % alignof(spread) == 0);
    });
    EXPECT_TRUE(aligned.as<bool(int, spread)>()(1, {1, 2}));
    const behind_empty third = identity<behind_empty>().as<behind_empty(behind_empty)>()({{}, 'b', 0.5F});
    EXPECT_EQ(third.c, 'b');
    EXPECT_EQ(third.x, 0.5F);
}

TEST(ClosureRiscv64, results_with_more_padding_than_registers_hold) {
    const closure gives(signature::of<lonely(double)>(), [](arguments &args) {
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(args.result()) % 64, 0U);
        EXPECT_EQ(static_cast<const lonely *>(args.result())->x, 0);
        args.result(lonely{args.get<double>(0)});
    });
    EXPECT_EQ(gives.as<lonely(double)>()(2.5).x, 2.5);
    EXPECT_EQ(identity<lonely>().as<lonely(lonely)>()({3.5}).x, 3.5);
}

__extension__ typedef __int128 int128;

// Where the last register and the stack have a half each.
TEST(ClosureRiscv64, a_value_divided_between_register_and_stack) {
    using divided = int128(long, long, long, long, long, long, long, int128);
    const closure last(signature::of<divided>(), [](arguments &args) { args.result(args.get<int128>(7)); });
    const int128 value = static_cast<int128>(5) << 64 | 7;
    EXPECT_TRUE(last.as<divided>()(0, 0, 0, 0, 0, 0, 0, value) == value);
}

#if defined(CLOSURE_BY_CLANG)
extern "C" int clang_signature_of_complex_integers();
extern "C" int clang_callback_of_complex_integers();
extern "C" int clang_calls_what_both_pass_alike();

TEST(ClosureRiscv64, clang_refuses_complex_integers_in_a_class) {
    EXPECT_EQ(clang_signature_of_complex_integers(), CBF_BAD_TYPE);
    EXPECT_EQ(clang_callback_of_complex_integers(), CBF_BAD_TYPE);
    EXPECT_TRUE(clang_calls_what_both_pass_alike());
}
#endif

} // namespace
