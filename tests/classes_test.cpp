// How classes are passed is what gcc and clang say, whatever compiles this: every combination of special members.
#include "classes/classes.hpp"

#include <cbframe/callback.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>
#include <type_traits>

template <class C>
requires requires { &C::weight; }
struct cbframe::describe<C> : std::conditional_t<std::is_union_v<C>, cbframe::union_fields<&C::id, &C::weight>,
                                                 cbframe::fields<&C::id, &C::weight>> {};

#include "classes_tables.hpp" // what the build makes of classes/callers.cpp: a table for each compiler

namespace {

using cbframe::callback;
using classes::calls;

template <class C>
struct by_native {
    using pass = int(int, C, int);
    using pass_last = int(int, int, int, int, int, int, C, int);
    using receive = C(int);
    using receive_last = C(int, int, int, int, int, int, int);
};

#if defined(__x86_64__) && !defined(_WIN32)
template <class C>
struct by_ms {
    using pass = int __attribute__((ms_abi)) (int, C, int);
    using pass_last = int __attribute__((ms_abi)) (int, int, int, int, int, int, C, int);
    using receive = C __attribute__((ms_abi)) (int);
    using receive_last = C __attribute__((ms_abi)) (int, int, int, int, int, int, int);
};
#endif

template <class C, class Functions>
void check_arguments(const calls &by) {
    const callback<typename Functions::pass> passed{[](int a, C &&c, int b) { return a + 10 * c.id + b; }};
    EXPECT_EQ(by.pass(passed.address(), 42), 423) << by.name;
    const callback<typename Functions::pass_last> last{[](int a, int b, int c, int d, int e, int f, C &&object, int g) {
        return a + b + c + d + e + f + 100 * object.id + g;
    }};
    EXPECT_EQ(by.pass_last(last.address(), 42), 4228) << by.name;
}

template <class C, class Functions>
void check_results(const calls &by) {
    const callback<typename Functions::receive> made{[](int id) { return C(id); }};
    EXPECT_EQ(by.receive(made.address(), 42), 42) << by.name;
    const callback<typename Functions::receive_last> made_of_last{
        [](int, int, int, int, int, int, int id) { return C(id); }};
    EXPECT_EQ(by.receive_last(made_of_last.address(), 42), 42) << by.name;
}

template <class C>
void check_closure(const calls &by) {
    using seen = std::conditional_t<cbframe::detail::is_passed_by_address<C>, C *, C>;
    const cbframe::closure passed{cbframe::signature::of<int(int, C, int)>(), [](cbframe::arguments &args) {
                                      int id = 0;
                                      if constexpr (std::is_pointer_v<seen>)
                                          id = args.get<seen>(1)->id;
                                      else
                                          id = args.get<seen>(1).id;
                                      args.result(args.get<int>(0) + 10 * id + args.get<int>(2));
                                  }};
    EXPECT_EQ(by.pass(passed.address(), 42), 423) << by.name;
}

using check = void (*)(const calls &);

#define CHECK(NAME)       check_native<classes::NAME>,
#define CHECK_OF(...)     CHECK_NAMED(CLASS_NAME(__VA_ARGS__))
#define CHECK_NAMED(NAME) CHECK(NAME)

template <class C>
void check_native(const calls &by) {
    if constexpr (!classes::is_disputed<C>) {
        check_arguments<C, by_native<C>>(by);
        check_results<C, by_native<C>>(by);
        check_closure<C>(by);
    }
}

constexpr check native_checks[] = {FOR_EACH_TESTED(CHECK)};

void check_all(const classes::table &other, const check *checks, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        SCOPED_TRACE(other.compiler);
        checks[i](other.calls[i]);
    }
}

TEST(Classes, ArePassedAsCompilersDo) {
    for (const classes::table &other : native_tables)
        check_all(other, native_checks, std::size(native_checks));
}

#if defined(__x86_64__) && !defined(_WIN32)

template <class C>
void check_ms(const calls &by) {
    if constexpr (!classes::is_disputed<C>) {
        check_arguments<C, by_ms<C>>(by);
        check_results<C, by_ms<C>>(by);
    }
}

#undef CHECK
#define CHECK(NAME) check_ms<classes::NAME>,

constexpr check ms_checks[] = {FOR_EACH_TESTED(CHECK)};

TEST(Classes, ArePassedAsCompilersDoByMicrosoftsConvention) {
    for (const classes::table &other : ms_tables)
        check_all(other, ms_checks, std::size(ms_checks));
}

#endif

} // namespace
