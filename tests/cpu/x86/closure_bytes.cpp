// Where wide vectors lie that a closure gets or returns, and what the Microsoft convention passes.
#include "closure_bytes.hpp"
#include "has_avx.h"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <gtest/gtest.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

using namespace cbframe;

using wide_vector = double __attribute__((vector_size(32)));

/// That of code which is compiled for such vectors.
const cbframe::abi::convention &with_wide_registers() {
    return *cbframe::abi::find_convention(cbframe::native_convention().name);
}

TEST(ClosureBytes, the_place_of_a_wide_result_is_aligned) {
    if (!has_avx())
        GTEST_SKIP() << "no AVX";
    const type of = type::vector(type_kind::double_, 4);
    const prepared_signature signature({of, {type_kind::int_}, false}, with_wide_registers());
    if (signature.layout().result.by_pointer)
        GTEST_SKIP() << "the caller gives the place";
    const closure c(signature, [](arguments &args) { EXPECT_EQ(misplaced(args.result(), alignof(wide_vector)), 0U); });
    c.as<void(int)>()(1);
}

#if !defined(__clang__) // passes a named vector of a variadic function in memory

__attribute__((target("avx"))) void call_with_wide_vector(void *function, double (&values)[4]) {
    wide_vector passed;
    std::memcpy(&passed, values, sizeof(passed));
    reinterpret_cast<void (*)(wide_vector, int, ...)>(function)(passed, 1, 2, 2.5, 3, 3.5, mixed{4.5, 5});
}

TEST(ClosureBytes, variadic_arguments_follow_a_wide_vector) {
    if (!has_avx())
        GTEST_SKIP() << "no AVX";
    const type of = type::vector(type_kind::double_, 4);
    double values[4] = {1, 2, 3, 4};
    int calls = 0;
    const prepared_signature signature({type_kind::void_, {of, type_kind::int_}, true}, with_wide_registers());
    const closure c(signature, [&](arguments &args) {
        calls++;
        EXPECT_EQ(std::memcmp(args.data(0), values, sizeof(values)), 0);
        EXPECT_EQ(args.get<int>(1), 1);
        EXPECT_EQ(args.next<int>(), 2);
        EXPECT_EQ(args.next<double>(), 2.5);
        std::va_list &list = args.list();
        EXPECT_EQ(va_arg(list, int), 3);
        EXPECT_EQ(va_arg(list, double), 3.5);
    });
    call_with_wide_vector(c.address(), values);
    EXPECT_EQ(calls, 1);
}

#endif

#if defined(__x86_64__)

// Microsoft gives a record without fields four bytes whatever it is aligned to, and passes those in a word.
TEST(ClosureBytes, an_empty_record_that_asks_for_more_than_a_word_is_aligned) {
    const type inner = type::structure("inner", {{.name = "wide", .type = type_kind::int128, .bits = {}}});
    const type empty = type::structure("empty", {{.name = "none", .type = type::array(inner, 0), .bits = {}}});
    const prepared_signature signature(
        {type_kind::int_, {type_kind::int_, empty, type_kind::int_, type_kind::int_, empty, type_kind::int_}, false},
        cbframe::abi::ms_x64);
    const closure c(signature, [](arguments &args) {
        EXPECT_EQ(misplaced(args.data(1), 16), 0U);
        EXPECT_EQ(misplaced(args.data(4), 16), 0U);
        args.result(1000 * args.get<int>(0) + 100 * args.get<int>(2) + 10 * args.get<int>(3) + args.get<int>(5));
    });
    EXPECT_EQ((c.as<int __attribute__((ms_abi)) (int, int, int, int, int, int)>()(1, 0, 2, 3, 0, 4)), 1234);
}

TEST(ClosureBytes, microsoft_variadic_argument_without_bytes_takes_a_word) {
    using function = __attribute__((ms_abi)) void(int, ...);
    int calls = 0;
    const prepared_signature signature({type_kind::void_, {type_kind::int_}, true}, cbframe::abi::ms_x64_mingw,
                                       cbframe::abi::lp64_sysv);
    const closure c(signature, [&](arguments &args) {
        calls++;
        args.next(type::structure("empty", {}));
        EXPECT_EQ(args.next<int>(), 2);
    });
    int anything = 0;
    c.as<function>()(1, &anything, 2);
    EXPECT_EQ(calls, 1);
}

#endif

} // namespace
