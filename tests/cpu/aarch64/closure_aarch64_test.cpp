// What closures of 64-bit Arm do that those of other CPUs need not.
#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

struct floats4 {
    float a, b, c, d;
};
struct floats5 {
    float a, b, c, d, e;
};
struct words2 {
    std::int64_t a, b;
};
struct words3 {
    std::int64_t a, b, c;
};
using lanes = float __attribute__((vector_size(16)));
struct alignas(32) aligned_doubles {
    double a, b, c, d;
};
struct alignas(64) aligned_lanes {
    lanes a, b, c, d;
};
__extension__ typedef __int128 int128;

} // namespace

template <>
struct cbframe::describe<floats4> : cbframe::fields<&floats4::a, &floats4::b, &floats4::c, &floats4::d> {};
template <>
struct cbframe::describe<floats5> : cbframe::fields<&floats5::a, &floats5::b, &floats5::c, &floats5::d, &floats5::e> {};
template <>
struct cbframe::describe<aligned_doubles> {
    static type get() {
        const type number = type_kind::double_;
        return type::structure("", {{"a", number, {}}, {"b", number, {}}, {"c", number, {}}, {"d", number, {}}},
                               {.alignment = 32});
    }
};
template <>
struct cbframe::describe<aligned_lanes> {
    static type get() {
        const type vector = type::vector(type_kind::float_, 4);
        return type::structure("", {{"a", vector, {}}, {"b", vector, {}}, {"c", vector, {}}, {"d", vector, {}}},
                               {.alignment = 64});
    }
};
template <>
struct cbframe::describe<words2> : cbframe::fields<&words2::a, &words2::b> {};
template <>
struct cbframe::describe<words3> : cbframe::fields<&words3::a, &words3::b, &words3::c> {};

namespace {

using cbframe::arguments;
using cbframe::closure;
using cbframe::signature;

/// A closure that returns its last argument as it is.
template <class T, class... Before>
closure last_of() {
    return closure(signature::of<T(Before..., T)>(),
                   [](arguments &args) { args.result(args.get<T>(sizeof...(Before))); });
}

void expect_counted(const floats4 &found, float first) {
    EXPECT_EQ(found.a, first);
    EXPECT_EQ(found.b, first + 1);
    EXPECT_EQ(found.c, first + 2);
    EXPECT_EQ(found.d, first + 3);
}

// AAPCS64, 6.8.2, C.1 to C.3: in as many vector registers as it has members, or none of them.
TEST(ClosureAarch64, homogeneous_aggregates) {
    expect_counted(last_of<floats4>().as<floats4(floats4)>()({1, 2, 3, 4}), 1);
    using behind_one = floats4(floats4, float, floats4);
    const closure on_stack(signature::of<behind_one>(), [](arguments &args) {
        expect_counted(args.get<floats4>(0), 1);
        EXPECT_EQ(args.get<float>(1), 9);
        args.result(args.get<floats4>(2));
    });
    expect_counted(on_stack.as<behind_one>()({1, 2, 3, 4}, 9, {5, 6, 7, 8}), 5);
}

bool is_aligned(const void *address, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(address) % alignment == 0;
}

/// Calls it where the stack pointer is at each distance from a multiple of 64.
template <class Function>
void at_each_stack_pointer(const Function &call) {
    for (std::size_t more = 0; more < 4; ++more) {
        auto *const below = static_cast<volatile char *>(__builtin_alloca(16));
        below[0] = 0;
        call();
    }
}

// AAPCS64, 5.9.5: an attribute may ask for more than the members. The stack pointer is aligned to 16 alone.
TEST(ClosureAarch64, homogeneous_aggregates_are_aligned_as_their_type_is) {
    using function = aligned_doubles(aligned_doubles, aligned_lanes, aligned_doubles, aligned_lanes, ...);
    const closure returns(signature::of<function>(), [](arguments &args) {
        EXPECT_TRUE(is_aligned(args.data(0), 32));
        EXPECT_TRUE(is_aligned(args.data(1), 64));
        EXPECT_TRUE(is_aligned(args.data(2), 32));
        EXPECT_TRUE(is_aligned(args.data(3), 64));
        EXPECT_TRUE(is_aligned(args.result(), 32));
        EXPECT_EQ(args.get<aligned_doubles>(0).c, 3);
        EXPECT_EQ(args.get<aligned_lanes>(1).d[1], 14);
        EXPECT_EQ(args.get<aligned_doubles>(2).d, 24);
        EXPECT_EQ(args.get<aligned_lanes>(3).c[3], 33);
        args.result(args.get<aligned_doubles>(2));
    });
    const aligned_lanes given{{11, 11, 11, 11}, {12, 12, 12, 12}, {13, 13, 13, 13}, {14, 14, 14, 14}};
    const aligned_lanes on_stack{{31, 31, 31, 31}, {32, 32, 32, 32}, {33, 33, 33, 33}, {34, 34, 34, 34}};
    at_each_stack_pointer([&] {
        const aligned_doubles got = returns.as<function>()({1, 2, 3, 4}, given, {21, 22, 23, 24}, on_stack);
        EXPECT_EQ(got.a, 21);
        EXPECT_EQ(got.d, 24);
    });
}

TEST(ClosureAarch64, a_result_of_vectors_is_aligned_as_its_type_is) {
    const closure returns(signature::of<aligned_lanes(aligned_lanes)>(), [](arguments &args) {
        EXPECT_TRUE(is_aligned(args.data(0), 64));
        EXPECT_TRUE(is_aligned(args.result(), 64));
        args.result(args.get<aligned_lanes>(0));
    });
    const aligned_lanes given{{1}, {2}, {3}, {4, 5, 6, 7}};
    at_each_stack_pointer([&] {
        const aligned_lanes got = returns.as<aligned_lanes(aligned_lanes)>()(given);
        EXPECT_EQ(got.a[0], 1);
        EXPECT_EQ(got.d[3], 7);
    });
}

TEST(ClosureAarch64, variadic_aggregates_are_aligned_as_their_type_is) {
    const closure sum(signature::of<double(int, ...)>(), [](arguments &args) {
        double all = 0;
        for (int n = 0; n < args.get<int>(0); ++n) {
            auto *const doubles = static_cast<aligned_doubles *>(args.next(cbframe::type_of<aligned_doubles>()));
            EXPECT_TRUE(is_aligned(doubles, 32));
            all += doubles->a + doubles->d;
            auto *const vectors = static_cast<aligned_lanes *>(args.next(cbframe::type_of<aligned_lanes>()));
            EXPECT_TRUE(is_aligned(vectors, 64));
            all += static_cast<double>(vectors->d[3]);
        }
        args.result(all);
    });
    const aligned_doubles doubles{1, 0, 0, 2};
    const aligned_lanes vectors{{}, {}, {}, {0, 0, 0, 4}};
    at_each_stack_pointer([&] {
        EXPECT_EQ((sum.as<double(int, ...)>()(3, doubles, vectors, doubles, vectors, doubles, vectors)), 3 * 7);
    });
}

// B.4: what has more than 16 bytes and is none of those, by the address of a copy; 6.9: its result where X8 points.
TEST(ClosureAarch64, large_composites_by_reference) {
    const floats5 given{1, 2, 3, 4, 5}, five = last_of<floats5>().as<floats5(floats5)>()(given);
    EXPECT_EQ(five.a, 1);
    EXPECT_EQ(five.e, 5);
    const closure changes(signature::of<words3(words3)>(), [](arguments &args) {
        auto &copy = *static_cast<words3 *>(args.data(0));
        copy.b = 20;
        args.result(copy);
    });
    words3 mine{1, 2, 3};
    const words3 returned = changes.as<words3(words3)>()(mine);
    EXPECT_EQ(returned.b, 20);
    EXPECT_EQ(returned.c, 3);
    EXPECT_EQ(mine.b, 2) << "the caller's own is not the copy";
}

// C.10: from an even register on.
TEST(ClosureAarch64, integers_of_128_bits_in_even_pairs) {
    const int128 value = static_cast<int128>(5) << 64 | 7;
    const cbframe::prepared_signature pairs(signature::of<void(int, int128)>());
    EXPECT_EQ(pairs.layout().arguments[1].pieces.front().in->number, 2U);
    EXPECT_TRUE((last_of<int128, int>().as<int128(int, int128)>()(1, value) == value));
    using on_stack = int128(std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                            std::int64_t, int128);
    EXPECT_TRUE((last_of<int128, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                         std::int64_t>()
                     .as<on_stack>()(1, 2, 3, 4, 5, 6, 7, value) == value));
}

TEST(ClosureAarch64, whole_vector_registers) {
    const lanes returned = last_of<lanes>().as<lanes(lanes)>()(lanes{1, 2, 3, 4});
    for (int n = 0; n < 4; n++)
        EXPECT_EQ(returned[n], static_cast<float>(n + 1));
    const long double third = 1 / 3.0L; // needs all 128 bits
    EXPECT_EQ(last_of<long double>().as<long double(long double)>()(third), third);
}

TEST(ClosureAarch64, char_has_no_sign) {
    const closure seen(signature::of<int(char)>(), [](arguments &args) { args.result(int{args.get<char>(0)}); });
    EXPECT_EQ(seen.as<int(char)>()(static_cast<char>(200)), 200);
}

// Of `...`: more of each kind than there are registers, and pairs from an even one.
TEST(ClosureAarch64, variadic_arguments) {
    const closure sum(signature::of<double(int, ...)>(), [](arguments &args) {
        double all = 0;
        for (int n = 0; n < args.get<int>(0); n++) {
            all += args.next<int>() + args.next<double>();
            all += static_cast<double>(args.next<int128>());
            all += static_cast<double>(args.next<floats4>().d);
        }
        args.result(all);
    });
    const floats4 four{0, 0, 0, 1000};
    const int128 hundred = 100;
    EXPECT_EQ((sum.as<double(int, ...)>()(3, 1, 2.5, hundred, four, 4, 5.5, hundred, four, 7, 8.5, hundred, four)),
              3 * 1100 + 28.5);
}

// Microsoft, "Addendum: Variadic functions": all arguments are words of "an imaginary stack", whose first eight are in
// X0 to X7. So are those of a function of AAPCS64 that takes nothing but words, which calls it here.
using of_words = std::int64_t (*)(std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                  std::int64_t, std::int64_t, std::int64_t, std::int64_t);

cbframe::prepared_signature variadic_of_microsoft() {
    return {signature::of<std::int64_t(std::int64_t, ...)>(), cbframe::abi::aapcs64_windows,
            cbframe::native_data_model()};
}

TEST(ClosureAarch64, variadic_value_of_microsoft_between_registers_and_stack) {
    const closure sum(variadic_of_microsoft(), [](arguments &args) {
        EXPECT_EQ(args.get<std::int64_t>(0), 1);
        for (std::int64_t n = 2; n <= 7; n++)
            EXPECT_EQ(args.next<std::int64_t>(), n);
        const auto divided = args.next<words2>();
        EXPECT_EQ(divided.a, 8);
        EXPECT_EQ(divided.b, 9);
        args.result(args.next<std::int64_t>());
    });
    EXPECT_EQ(reinterpret_cast<of_words>(sum.address())(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 10);
}

TEST(ClosureAarch64, variadic_pair_of_microsoft_is_not_divided) {
    const closure sum(variadic_of_microsoft(), [](arguments &args) {
        for (std::int64_t n = 2; n <= 7; n++)
            EXPECT_EQ(args.next<std::int64_t>(), n);
        EXPECT_TRUE(args.next<int128>() == (static_cast<int128>(10) << 64 | 9));
        args.result(std::int64_t{0});
    });
    reinterpret_cast<of_words>(sum.address())(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
}

// A handler may write the bytes of what is passed nowhere: Apple passes no class without members, and Microsoft none of
// C, whatever its size.
void write_what_is_passed_nowhere(const cbframe::abi::convention &by, const cbframe::abi::data_model &sizes) {
    using cbframe::type;
    const auto empty = [](std::size_t size) { return type::structure("", {}, {.alignment = size}); };
    const type integer = cbframe::type_kind::long_long;
    const signature called{empty(256), {empty(8), integer, empty(512), empty(128), integer, empty(1024)}};
    const closure writes(cbframe::prepared_signature(called, by, sizes), [](arguments &args) {
        std::memset(args.result(), 0xee, 256);
        std::memset(args.data(0), 0xee, 8);
        std::memset(args.data(2), 0xee, 512);
        std::memset(args.data(3), 0xee, 128);
        std::memset(args.data(5), 0xee, 1024);
        EXPECT_EQ(args.get<long long>(1), 30);
        EXPECT_EQ(args.get<long long>(4), 12);
    });
    volatile std::int64_t near[64] = {};
    reinterpret_cast<void (*)(std::int64_t, std::int64_t)>(writes.address())(30, 12);
    for (const std::int64_t each : near)
        EXPECT_EQ(each, 0);
}

TEST(ClosureAarch64, what_apple_passes_nowhere_may_be_written) {
    write_what_is_passed_nowhere(cbframe::abi::aapcs64_darwin, cbframe::native_data_model());
}

TEST(ClosureAarch64, what_microsoft_passes_nowhere_may_be_written) {
    write_what_is_passed_nowhere(cbframe::abi::aapcs64_windows, cbframe::abi::llp64_msvc);
}

} // namespace
