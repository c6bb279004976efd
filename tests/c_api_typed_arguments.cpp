// The C API of arguments and results: what a closure's handler sees.
#include "c_api_typed.hpp"

#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace c_api_typed {
namespace {

// ---------------------------------------------------------------- what handlers see

[[gnu::noinline]] void call_it(const cbf_closure *closure) {
    function<void(int)>(closure)(1);
    asm(""); // or the call is a jump
}

TEST(CApiArguments, return_address) {
    std::uintptr_t to = 0;
    const signature_handle signature = make_signature(nullptr, {basic(CBF_KIND_INT)});
    cbf_closure *const closure = make_closure(
        signature.get(),
        [](cbf_arguments *args, void *user) { *static_cast<std::uintptr_t *>(user) = cbf_return_address(args); }, &to);
    call_it(closure);
    const auto start = reinterpret_cast<std::uintptr_t>(call_it);
    EXPECT_GT(to, start);
    EXPECT_LT(to, start + 1000);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, out_of_range) {
    const signature_handle signature = make_signature(nullptr, {basic(CBF_KIND_CHAR)});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        EXPECT_EQ(cbf_argument_count(args), 1U);
        EXPECT_EQ(cbf_argument_size(args, 0), 1U);
        EXPECT_EQ(argument<char>(args, 0), 'c');
        EXPECT_EQ(cbf_argument(args, 1), nullptr);
        EXPECT_STREQ(cbf_error_detail(), "there is no argument of this index");
        EXPECT_EQ(cbf_argument(args, SIZE_MAX), nullptr);
        EXPECT_EQ(cbf_argument_size(args, 1), 0U);
        EXPECT_EQ(cbf_result(args), nullptr);
        EXPECT_EQ(cbf_result_size(args), 0U);
        EXPECT_EQ(cbf_argument_list(args), nullptr);
        EXPECT_STREQ(cbf_error_detail(), "the signature has no variadic arguments");
        EXPECT_EQ(cbf_next_argument(args, basic(CBF_KIND_INT)), nullptr);
        EXPECT_STREQ(cbf_error_detail(), "the signature has no variadic arguments");
    });
    function<void(char)>(closure)('c');
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, an_unset_result_is_zero) {
    const signature_handle signature = make_signature(basic(CBF_KIND_LONG), {});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *, void *) {});
    EXPECT_EQ(function<long()>(closure)(), 0);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

// The result is the bytes of the argument, and no other bytes are written.
template <class T>
void expect_kept(const cbf_type *type, T value) {
    const signature_handle signature = make_signature(type, {type});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        EXPECT_EQ(cbf_argument_size(args, 0), sizeof(T));
        EXPECT_EQ(cbf_result_size(args), sizeof(T));
        std::memcpy(cbf_result(args), cbf_argument(args, 0), sizeof(T));
    });
    const T kept = function<T(T)>(closure)(value);
    EXPECT_TRUE(kept == value);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

struct small {
    char c[3];
    bool operator==(const small &) const = default;
};
struct pair_of_longs {
    long a, b;
    bool operator==(const pair_of_longs &) const = default;
};
struct float_and_int {
    double f;
    int i;
    bool operator==(const float_and_int &) const = default;
};
struct six_longs {
    long a[6];
    bool operator==(const six_longs &) const = default;
};

TEST(CApiArguments, every_kind_of_result) {
    expect_kept<bool>(basic(CBF_KIND_BOOL), true);
    expect_kept<char>(basic(CBF_KIND_CHAR), static_cast<char>(-5));
    expect_kept<signed char>(basic(CBF_KIND_SIGNED_CHAR), -128);
    expect_kept<unsigned char>(basic(CBF_KIND_UNSIGNED_CHAR), 200);
    expect_kept<short>(basic(CBF_KIND_SHORT), -30000);
    expect_kept<unsigned short>(basic(CBF_KIND_UNSIGNED_SHORT), 60000);
    expect_kept<int>(basic(CBF_KIND_INT), -7);
    expect_kept<unsigned>(basic(CBF_KIND_UNSIGNED_INT), 0xfedcba98U);
    expect_kept<long>(basic(CBF_KIND_LONG), std::numeric_limits<long>::min() + 5);
    expect_kept<unsigned long long>(basic(CBF_KIND_UNSIGNED_LONG_LONG), ~0ULL - 5);
#if defined(__SIZEOF_INT128__)
    __extension__ using signed_128 = __int128;
    expect_kept<signed_128>(basic(CBF_KIND_INT128), (signed_128{1} << 100) + 3);
#endif
    expect_kept<float>(basic(CBF_KIND_FLOAT), 0.1f);
    expect_kept<double>(basic(CBF_KIND_DOUBLE), 0.1);
    const type_handle pointer = make_type(cbf_type_pointer, nullptr);
    expect_kept<void *>(pointer.get(), &hundred);
    const type_handle enumeration = make_type(cbf_type_enumeration, "color", nullptr);
    expect_kept<unsigned>(enumeration.get(), 3);
    const type_handle three = make_type(cbf_type_array, basic(CBF_KIND_CHAR), std::size_t{3});
    expect_kept<small>(structure({field("c", three.get())}).get(), {{1, 2, 3}});
    const cbf_type *const l = basic(CBF_KIND_LONG);
    expect_kept<pair_of_longs>(structure({field("a", l), field("b", l)}).get(), {std::numeric_limits<long>::max(), -2});
    expect_kept<float_and_int>(structure({field("f", basic(CBF_KIND_DOUBLE)), field("i", basic(CBF_KIND_INT))}).get(),
                               {0.5, 7});
    const type_handle six = make_type(cbf_type_array, l, std::size_t{6});
    expect_kept<six_longs>(structure({field("a", six.get())}).get(), {{1, 2, 3, 4, 5, 6}});
}

TEST(CApiArguments, long_double) {
    const cbf_type *const type = basic(CBF_KIND_LONG_DOUBLE);
    const signature_handle signature = make_signature(type, {type});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        *static_cast<long double *>(cbf_result(args)) = argument<long double>(args, 0) * 2;
    });
    EXPECT_EQ(function<long double(long double)>(closure)(0.1L), 0.2L);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

using four_floats = float __attribute__((vector_size(16)));

TEST(CApiArguments, vectors) {
    const type_handle type = make_type(cbf_type_vector, basic(CBF_KIND_FLOAT), std::size_t{4});
    // By its name: of 32-bit x86 the system's own does not say in which registers.
    const signature_handle signature =
        make_signature(type.get(), {type.get()}, false, cbf_convention_name(cbf_convention_native()));
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        four_floats value;
        std::memcpy(&value, cbf_argument(args, 0), sizeof(value));
        value = value + value;
        std::memcpy(cbf_result(args), &value, sizeof(value));
    });
    const four_floats doubled = function<four_floats(four_floats)>(closure)(four_floats{1, 2, 3, 4});
    EXPECT_EQ(doubled[0], 2);
    EXPECT_EQ(doubled[3], 8);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, are_writable_and_may_lie_on_the_stack) {
    const cbf_type *const l = basic(CBF_KIND_LONG);
    const signature_handle signature = make_signature(l, std::vector<const cbf_type *>(9, l));
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        for (std::size_t i = 0; i < cbf_argument_count(args); i++)
            argument<long>(args, i) *= 2;
        for (std::size_t i = 0; i < cbf_argument_count(args); i++)
            *static_cast<long *>(cbf_result(args)) += argument<long>(args, i);
    });
    using nine = long(long, long, long, long, long, long, long, long, long);
    EXPECT_EQ(function<nine>(closure)(1, 2, 3, 4, 5, 6, 7, 8, 9), 90);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, of_another_convention) {
    using function_type = double OTHER_CONVENTION(int, struct point, float);
    const type_handle point = point_type();
    const signature_handle signature = make_signature(
        basic(CBF_KIND_DOUBLE), {basic(CBF_KIND_INT), point.get(), basic(CBF_KIND_FLOAT)}, false, other_convention);
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        const auto &place = argument<struct point>(args, 1);
        *static_cast<double *>(cbf_result(args)) =
            argument<int>(args, 0) + place.x + place.y + static_cast<double>(argument<float>(args, 2));
    });
    EXPECT_EQ(function<function_type>(closure)(1, {2, 3}, 4), 10);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, variadic_of_many_types) {
    const type_handle pair = structure({field("i", basic(CBF_KIND_LONG)), field("d", basic(CBF_KIND_DOUBLE))});
    const signature_handle signature = make_signature(basic(CBF_KIND_DOUBLE), {basic(CBF_KIND_INT)}, true);
    cbf_closure *const closure = make_closure(
        signature.get(),
        [](cbf_arguments *args, void *user) {
            const auto *const type = static_cast<const cbf_type *>(user);
            double sum = *static_cast<int *>(cbf_next_argument(args, basic(CBF_KIND_INT)));
            EXPECT_EQ(cbf_next_argument(args, nullptr), nullptr);
            EXPECT_STREQ(cbf_error_detail(), "type is NULL");
            EXPECT_EQ(cbf_next_argument(args, basic(CBF_KIND_FLOAT)), nullptr);
            EXPECT_EQ(cbf_next_argument(args, basic(CBF_KIND_VOID)), nullptr);
            for (int i = 0; i < 3; i++) {
                const auto &next = *static_cast<mixed *>(cbf_next_argument(args, type));
                sum += static_cast<double>(next.i) + next.d;
            }
            sum += static_cast<double>(va_arg(*static_cast<std::va_list *>(cbf_argument_list(args)), long));
            sum += *static_cast<double *>(cbf_next_argument(args, basic(CBF_KIND_DOUBLE)));
            *static_cast<double *>(cbf_result(args)) = sum;
        },
        const_cast<cbf_type *>(pair.get()));
    const mixed each{10, 0.5};
    EXPECT_EQ(function<double(int, ...)>(closure)(0, 1, each, each, each, 100L, 1000.0), 1132.5);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, exceptions_reach_the_caller) {
    const signature_handle signature = make_signature(nullptr, {});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *, void *) { throw 42; });
    EXPECT_THROW(function<void()>(closure)(), int);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

} // namespace
} // namespace c_api_typed
