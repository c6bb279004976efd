// Callbacks with a signature that the compiler knows: from any callable, by either way, in both conventions.
#include <cbframe/callback.hpp>
#include <cbframe/pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct misdescribed {
    unsigned low : 3, high : 30;
};

namespace {

using cbframe::callback;

struct point {
    double x, y;
};
struct mixed {
    long a;
    double b;
};
struct large {
    int numbers[20];
};
struct flags {
    unsigned low : 3, high : 13;
};
union memberless {};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
struct flexible {
    int n;
    int rest[];
};
#pragma GCC diagnostic pop

} // namespace

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y> {};
template <>
struct cbframe::describe<mixed> : cbframe::fields<&mixed::a, &mixed::b> {};
template <>
struct cbframe::describe<large> : cbframe::fields<&large::numbers> {};
template <>
struct cbframe::describe<flags> {
    static cbframe::type get() {
        using enum cbframe::type_kind;
        return cbframe::type::structure("flags", {{.name = "low", .type = unsigned_int, .bits = 3},
                                                  {.name = "high", .type = unsigned_int, .bits = 13}});
    }
};
template <>
struct cbframe::describe<memberless> : cbframe::union_fields<> {};
template <>
struct cbframe::describe<flexible> : cbframe::fields<&flexible::n, &flexible::rest> {};
template <>
struct cbframe::describe<misdescribed> {
    static cbframe::type get() {
        return cbframe::type::structure("", {{.name = "low", .type = cbframe::type_kind::unsigned_int, .bits = 3}});
    }
};

namespace {

TEST(Callback, CallsACapturingLambda) {
    int calls = 0;
    const callback<int(int, int)> product{[&](int a, int b) {
        ++calls;
        return a * b;
    }};
    int (*const function)(int, int) = product;
    EXPECT_EQ(function(6, 7), 42);
    EXPECT_EQ(calls, 1);
}

TEST(Callback, SortsWithQsort) {
    std::vector<int> numbers{5, 3, 9, 1, 7};
    std::size_t compared = 0;
    const callback<int(const void *, const void *)> less{[&](const void *a, const void *b) {
        ++compared;
        return *static_cast<const int *>(a) - *static_cast<const int *>(b);
    }};
    std::qsort(numbers.data(), numbers.size(), sizeof(int), less);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
    EXPECT_GE(compared, 4U);
}

TEST(Callback, TakesEveryKindOfCallable) {
    struct counter {
        int count = 0;
        int add(int n) { return count += n; }
        int constant(int n) const { return count * n; }
        int operator()(int n) { return ++count + n; }
    };
    counter object{10};
    EXPECT_EQ((callback<int(int)>{&counter::add, &object}(5)), 15);
    EXPECT_EQ((callback<int(int)>{&counter::constant, &object}(2)), 30);
    EXPECT_EQ((callback<int(int)>{object}(1)), 17);
    EXPECT_EQ(object.count, 15) << "it was copied";
    EXPECT_EQ((callback<int(int)>{std::ref(object)}(1)), 17);
    EXPECT_EQ(object.count, 16);
    EXPECT_EQ((callback<int(int)>{std::function<int(int)>([](int n) { return -n; })}(3)), -3);
    int (*const plain)(int) = [](int n) { return 2 * n; };
    EXPECT_EQ((callback<int(int)>{plain}(3)), 6);
    auto owned = std::make_unique<int>(4);
    EXPECT_EQ((callback<int(int)>{[own = std::move(owned)](int n) { return *own + n; }}(3)), 7);
    const callback<double(float)> converted{[](int n) { return n; }}; // as std::is_invocable_r says
    EXPECT_EQ(converted(2.0F), 2.0);
}

template <class Function, class... Args>
void sum_by(Args... args) {
    int factor = 3;
    const callback<Function> sum{[&](Args... got) { return factor * (0L + ... + static_cast<long>(got)); }};
    EXPECT_EQ(sum(args...), 3 * (0L + ... + static_cast<long>(args))) << sizeof...(Args);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wattributes" // thiscall is for members, says -Wpedantic

/// One signature for every number of arguments before the registers are used up, and after.
template <class... Args>
void sum_of(Args... args) {
    sum_by<long(Args...)>(args...);
#if defined(__x86_64__)
    sum_by<long __attribute__((ms_abi)) (Args...)>(args...);
#elif defined(__i386__)
    sum_by<long __attribute__((stdcall)) (Args...)>(args...);
#if !defined(__clang__) // has rules of its own
    sum_by<long __attribute__((fastcall)) (Args...)>(args...);
    sum_by<long __attribute__((thiscall)) (Args...)>(args...);
#endif
#endif
}

#pragma GCC diagnostic pop

TEST(Callback, AnyNumberOfArguments) {
    sum_of();
    sum_of(1);
    sum_of(1, 2L);
    sum_of(1, 2L, short{3});
    sum_of(1, 2L, short{3}, 4U);
    sum_of(1, 2L, short{3}, 4U, 5);
    sum_of(1, 2L, short{3}, 4U, 5, 6);
    sum_of(1, 2L, short{3}, 4U, 5, 6, 7.0);
    sum_of(1., 2., 3.F, 4., 5., 6., 7., 8., 9., 10);
    sum_of(1., 2, 3.F, 4, 5., 6, 7., 8, 9., 10, 11., 12, 13., 14, 15., 16, 17., 18.L, 19., 20);
}

template <class R, class... Before>
void returns(const R &value, const Before &...before) {
    const callback<R(Before...)> direct{[&](Before...) { return value; }};
    EXPECT_EQ(direct(before...), value);
    const callback<R(Before..., int, int, int, int, int, int, int)> unpacked{
        [&](Before..., int, int, int, int, int, int, int) { return value; }};
    EXPECT_EQ(unpacked(before..., 1, 2, 3, 4, 5, 6, 7), value);
}

TEST(Callback, ReturnsEveryKindOfValue) {
    returns(true);
    returns('x', 1);
    returns(-5, 1);
    returns(1.5F, 2.5);
    returns(1.5L, 2.5L);
    returns(std::string("a string that is long enough to be on the heap"), std::string("another"), 1);
    int here = 0;
    const callback<int &()> reference{[&]() -> int & { return here; }};
    EXPECT_EQ(&reference(), &here);
    const callback<int &(int, int, int, int, int, int, int)> unpacked{
        [&](int, int, int, int, int, int, int) -> int & { return here; }};
    EXPECT_EQ(&unpacked(1, 2, 3, 4, 5, 6, 7), &here);
}

TEST(Callback, ObjectsThatAreNoTrivialCopies) {
    const callback<std::string(std::string, const std::string &, std::string &&)> join{
        [](std::string a, const std::string &b, std::string &&c) { return a + b + std::move(c); }};
    const std::string text(40, 'b');
    EXPECT_EQ(join("a", text, "c"), "a" + text + "c");
    const callback<std::string(int, int, int, int, int, std::string, const std::string &, std::string &&)> unpacked{
        [](int, int, int, int, int, std::string a, const std::string &b, std::string &&c) {
            return a + b + std::move(c);
        }};
    EXPECT_EQ(unpacked(1, 2, 3, 4, 5, "a", text, "c"), "a" + text + "c");
    // What can only be moved:
    const callback<std::unique_ptr<int>(std::unique_ptr<int>, int, int, int, int, int, int)> moved{
        [](std::unique_ptr<int> p, int, int, int, int, int, int) { return p; }};
    EXPECT_EQ(*moved(std::make_unique<int>(5), 1, 2, 3, 4, 5, 6), 5);
}

TEST(Callback, StructuresByValue) {
    const double factor = 2;
    const callback<point(point, mixed)> direct{[&](point p, mixed m) {
        return point{p.y * factor, p.x + static_cast<double>(m.a) + m.b};
    }};
    const point result = direct({1, 2}, {3, 4.5});
    EXPECT_EQ(result.x, 4);
    EXPECT_EQ(result.y, 8.5);
    const callback<mixed(large, mixed, mixed, mixed, mixed, mixed, mixed, flags)> unpacked{
        [&](const large &l, mixed a, mixed, mixed, mixed, mixed, mixed b, flags f) {
            return mixed{l.numbers[19] + a.a + b.a + f.high, a.b + b.b};
        }};
    large big{};
    big.numbers[19] = 1000;
    const mixed sum = unpacked(big, {1, 1}, {}, {}, {}, {}, {2, 2}, {1, 4000});
    EXPECT_EQ(sum.a, 5003);
    EXPECT_EQ(sum.b, 3);
}

TEST(Callback, UnionsOfNoMembers) {
    const auto make = [] {
        return callback<memberless(memberless, int, memberless)>{[](memberless, int n, memberless) {
            EXPECT_EQ(n, 7);
            return memberless{};
        }};
    };
#if defined(__clang__) && defined(__i386__) // which passes nothing for them, where g++ passes a byte
    EXPECT_THROW(make(), cbframe::error);
#else
    make()(memberless{}, 7, memberless{});
#endif
}

TEST(Callback, ClassesThatEndInFlexibleArrays) {
    const callback<flexible(flexible)> next{[](flexible f) {
        ++f.n;
        return f;
    }};
    flexible before{};
    before.n = 41;
    EXPECT_EQ(next(before).n, 42);
}

// Of all types alike, whose names may be in those of what holds a callable: g++ 14 had crashed over them.
template <class T>
T twice(T value) {
    const auto text = std::make_shared<T>(value);
    const callback<T(T)> sum{[text](T other) { return *text + other; }};
    return sum(value);
}

TEST(Callback, InTemplatesForVectors) {
    using vector16 = float __attribute__((vector_size(16)));
    const vector16 sum = twice(vector16{1, 2, 3, 4});
    EXPECT_EQ(sum[0] + sum[3], 10);
}

// Scalars all the same, which some conventions return in memory: the address of that takes a register.
struct stepper {
    int step(int n) { return n + 1; }
};

TEST(Callback, NumbersThatAreReturnedInMemory) {
    using method = int (stepper::*)(int);
    stepper object;
    const callback<method()> alone{[] { return &stepper::step; }};
    EXPECT_EQ((object.*alone())(1), 2);
    const callback<method(int, int, int)> with_three{[](int, int, int) { return &stepper::step; }};
    EXPECT_EQ((object.*with_three(1, 2, 3))(1), 2);
    const callback<long double(int, int, int)> number{[](int a, int b, int c) { return a + b + c + 0.5L; }};
    EXPECT_EQ(number(1, 2, 3), 6.5L);
#if defined(__x86_64__) && !defined(_WIN32)
    const callback<method __attribute__((ms_abi)) (int, int, int)> by_microsoft{
        [](int, int, int) { return &stepper::step; }};
    EXPECT_EQ((object.*by_microsoft(1, 2, 3))(1), 2);
#if !defined(__clang__) // which returns it on the x87 stack
    const callback<long double __attribute__((ms_abi)) (int, int, int)> microsofts_number{
        [](int a, int b, int c) { return a + b + c + 0.5L; }};
    EXPECT_EQ(microsofts_number(1, 2, 3), 6.5L);
#endif
#endif
}

TEST(Callback, NoexceptIsKept) {
    const callback<int(int) noexcept> sure{[](int n) noexcept { return n; }};
    int (*const function)(int) noexcept = sure;
    EXPECT_EQ(function(3), 3);
    static_assert(std::is_same_v<callback<int(int) noexcept>::pointer, int (*)(int) noexcept>);
    static_assert(std::is_same_v<callback<int(int)>::pointer, int (*)(int)>);
}

#if defined(__i386__)

TEST(Callback, AttributesAreKept) {
    const callback<std::string __attribute__((stdcall)) (int, std::string) noexcept> sure{
        [](int n, std::string text) noexcept { return std::to_string(n) + text; }};
    std::string __attribute__((stdcall)) (*const function)(int, std::string) noexcept = sure;
    EXPECT_EQ(function(3, " is enough"), "3 is enough");
    static_assert(!std::is_same_v<callback<int __attribute__((stdcall)) (int)>::pointer, callback<int(int)>::pointer>);
    const callback<void __attribute__((stdcall)) (int, double)> throwing{[](int n, double) { throw n; }};
    EXPECT_THROW(throwing(1, 2), int);
}

#endif

#if defined(__i386__) && !defined(__clang__)

TEST(Callback, RegistersThatFastcallLeavesFree) {
    const int factor = 2;
    using one_register = long long __attribute__((fastcall)) (int, point);
    const callback<one_register> direct{[&](int n, point p) { return n + factor * static_cast<long long>(p.x + p.y); }};
    using none = point __attribute__((fastcall)) (int, long long, mixed); // ECX for the result, EDX for the number
    const callback<none> unpacked{[&](int n, long long l, mixed m) {
        return point{static_cast<double>(n * factor), static_cast<double>(l + m.a) + m.b};
    }};
    for (int i = 0; i < 1000; i++) { // each pops what is on the stack, or it would run out
        ASSERT_EQ(direct(i, {1, 2}), i + 6);
        const point result = unpacked(i, 1, {2, 3.5});
        ASSERT_EQ(result.x, 2 * i);
        ASSERT_EQ(result.y, 6.5);
    }
}

#endif

TEST(Callback, IsNoCopy) {
    static_assert(!std::is_copy_constructible_v<callback<int(int)>>);
    static_assert(!std::is_copy_assignable_v<callback<int(int)>>);
}

TEST(Callback, NothingIsNoCallable) {
    struct counter {
        int add(int n) { return n; }
    };
    counter object;
    EXPECT_THROW(callback<int(int)>{static_cast<int (*)(int)>(nullptr)}, cbframe::error);
    EXPECT_THROW((callback<int(int, int, int, int, int, int, int)>{
                     static_cast<int (*)(int, int, int, int, int, int, int)>(nullptr)}),
                 cbframe::error);
    EXPECT_THROW(callback<int(int)>{std::function<int(int)>()}, cbframe::error);
    EXPECT_THROW(callback<int(counter *)>{static_cast<int (counter::*)()>(nullptr)}, cbframe::error);
    EXPECT_THROW((callback<int(int)>{static_cast<int (counter::*)(int)>(nullptr), &object}), cbframe::error);
    EXPECT_THROW((callback<int(int)>{&counter::add, static_cast<counter *>(nullptr)}), cbframe::error);
    EXPECT_EQ(cbframe::pool_stats().live, 0U);
}

TEST(Callback, ADescriptionOfAnotherSizeIsRefused) {
    try {
        const callback<void(misdescribed)> refused{[](misdescribed) {}};
        FAIL() << "it was made";
    } catch (const cbframe::error &error) {
        EXPECT_STREQ(error.what(), "cbframe: describe<misdescribed>::get() gives a type of 4 bytes aligned to 4; "
                                   "the class has 8 bytes aligned to 4");
    }
    EXPECT_THROW(cbframe::signature::of<void(misdescribed)>(), cbframe::error);
    EXPECT_EQ(cbframe::pool_stats().live, 0U);
}

TEST(Callback, MovesKeepTheAddress) {
    callback<int(int)> first{[](int n) { return n + 1; }};
    int (*const function)(int) = first;
    callback<int(int)> second(std::move(first));
    EXPECT_FALSE(first);
    EXPECT_EQ(function(1), 2);
    callback<int(int)> third;
    third = std::move(second);
    EXPECT_EQ(third.get(), function);
    EXPECT_EQ(function(2), 3);
}

int plus_one(int n) { return n + 1; }

TEST(Callback, TellsItsFunctionFromTheCallable) {
    struct counter {
        int add(int n) { return n + 1; }
        double twice(double n) const noexcept { return 2 * n; }
        int operator()(int n) const & { return n + 3; }
    } object;
    int factor = 3;
    callback lambda{[&](int n) { return factor * n; }};
    callback changing{[n = 0]() mutable { return ++n; }};
    const callback never_throws{[](int n) noexcept { return n; }};
    const callback named{plus_one};
    const callback pointer{&plus_one};
    const callback method{&counter::add, &object};
    const callback other_method{&counter::twice, &object};
    const callback copied{object};
    const callback function{std::function<int(int)>(plus_one)};
    static_assert(std::is_same_v<decltype(lambda), callback<int(int)>>);
    static_assert(std::is_same_v<decltype(changing), callback<int()>>);
    static_assert(std::is_same_v<decltype(never_throws), const callback<int(int) noexcept>>);
    static_assert(std::is_same_v<decltype(named), const callback<int(int)>>);
    static_assert(std::is_same_v<decltype(pointer), const callback<int(int)>>);
    static_assert(std::is_same_v<decltype(method), const callback<int(int)>>);
    static_assert(std::is_same_v<decltype(other_method), const callback<double(double) noexcept>>);
    static_assert(std::is_same_v<decltype(copied), const callback<int(int)>>);
    static_assert(std::is_same_v<decltype(function), const callback<int(int)>>);
    EXPECT_EQ(lambda(2), 6);
    EXPECT_EQ(changing() + changing(), 3);
    EXPECT_EQ(named(2) + pointer(2) + method(2) + function(2) + never_throws(2), 14);
    EXPECT_EQ(other_method(2), 4.0);
    EXPECT_EQ(copied(2), 5);
    const callback moved{std::move(lambda)};
    EXPECT_EQ(moved(2), 6);
}

// By either way: as an argument more, and as a closure.
TEST(Callback, SetKeepsTheAddress) {
    const auto kept = std::make_shared<int>(1);
    callback direct{[kept](int n) { return *kept + n; }};
    callback unpacked{[kept](int, int, int, int, int, int, int n) { return *kept + n; }};
    int (*const at)(int) = direct;
    auto *const unpacked_at = unpacked.get();
    EXPECT_EQ(at(1) + unpacked_at(0, 0, 0, 0, 0, 0, 1), 4);
    direct.set([](int n) { return 10 * n; });
    unpacked.set([](int first, int, int, int, int, int, int n) { return first * n; });
    EXPECT_EQ(kept.use_count(), 1);
    EXPECT_EQ(direct.get(), at);
    EXPECT_EQ(at(4), 40);
    EXPECT_EQ(unpacked_at(2, 0, 0, 0, 0, 0, 3), 6);
    EXPECT_EQ(cbframe::pool_stats().live, 2U);

    EXPECT_THROW(direct.set(static_cast<int (*)(int)>(nullptr)), cbframe::error);
    EXPECT_EQ(direct.try_set(std::function<int(int)>()), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(at(4), 40);
    callback<int(int)> none;
    EXPECT_EQ(none.try_set([](int n) { return n; }), CBF_NOT_A_SLOT);
    EXPECT_THROW(none.set([](int n) { return n; }), cbframe::error);
}

TEST(Callback, MaySetItself) {
    callback<int(int)> made;
    made = callback<int(int)>{[&made](int n) {
        made.set([](int) { return 2; });
        return n;
    }};
    EXPECT_EQ(made(1), 1);
    EXPECT_EQ(made(1), 2);
}

TEST(Callback, AsAnotherFunctionPointer) {
    const callback<int(const void *)> first{[](const void *at) { return *static_cast<const int *>(at); }};
    const int number = 42;
    EXPECT_EQ(first.as<int(const int *)>()(&number), 42);
    EXPECT_EQ(reinterpret_cast<void *>(first.as<int(const void *)>()), first.address());
}

TEST(Callback, ExceptionsPass) {
    const callback<void(int)> direct{[](int n) { throw std::to_string(n); }};
    EXPECT_THROW(direct(1), std::string);
    const callback<void(int, int, int, int, int, int, int)> unpacked{
        [](int, int, int, int, int, int, int n) { throw std::to_string(n); }};
    EXPECT_THROW(unpacked(1, 2, 3, 4, 5, 6, 7), std::string);
}

TEST(Callback, MayDestroyItself) {
    std::unique_ptr<callback<int(int)>> made;
    made = std::make_unique<callback<int(int)>>([&made](int n) {
        made.reset();
        return n;
    });
    EXPECT_EQ((*made)(7), 7);
    EXPECT_EQ(cbframe::pool_stats().live, 0U);
}

// Large ones may be passed by their addresses, and floating numbers in general registers when those of their own are
// taken.
TEST(Callback, WhatTakesEveryGeneralRegisterOfSomeCpu) {
    const callback<int(large, large, large, large, large, large, large, large, int)> of_large{
        [](const large &first, const large &, const large &, const large &, const large &, const large &, const large &,
           const large &eighth, int last) { return first.numbers[0] + eighth.numbers[19] + last; }};
    EXPECT_EQ(
        of_large({{1}}, {}, {}, {}, {}, {}, {}, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}}, 3), 6);
    using double_16 = double(double, double, double, double, double, double, double, double, double, double, double,
                             double, double, double, double, double);
    const callback<double_16> of_double{[](auto... numbers) {
        double sum = 0, weight = 1;
        ((sum += weight++ * numbers), ...);
        return sum;
    }};
    EXPECT_EQ(of_double(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2), 152);
    const callback<double(point, point, point, point, double, double, double, double, double, double, double, double)>
        of_points{[](point first, point, point, point, auto... numbers) { return first.x + (... + numbers); }};
    EXPECT_EQ(of_points({1, 0}, {}, {}, {}, 1, 1, 1, 1, 1, 1, 1, 2), 10);
}

TEST(Callback, FreesWhatItHolds) {
    const auto kept = std::make_shared<int>(1);
    {
        const callback<int()> direct{[kept] { return *kept; }};
        const callback<int(int, int, int, int, int, int, int)> unpacked{
            [kept](int, int, int, int, int, int, int) { return *kept; }};
        EXPECT_EQ(kept.use_count(), 3);
    }
    EXPECT_EQ(kept.use_count(), 1);
    EXPECT_EQ(cbframe::pool_stats().live, 0U);
}

TEST(CallbackDeathTest, ACallOfAFreedCallbackAborts) {
    void (*function)();
    {
        const callback<void()> made{[] {}};
        function = made;
    }
    EXPECT_DEATH(function(), "cbframe: call of a freed callback at 0x.");
}

TEST(Callback, ThreadsCreateCallAndFreeAtOnce) {
    int factor = 2;
    const callback<int(int)> shared{[&](int n) { return n * factor; }};
    std::vector<std::thread> threads;
    std::vector<int> wrong(4);
    for (std::size_t t = 0; t < wrong.size(); ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 5000; ++i) {
                const callback<int(int)> own{[i](int n) { return n + i; }};
                wrong[t] += own(1) != 1 + i;
                wrong[t] += shared(i) != 2 * i;
            }
        });
    for (std::thread &each : threads)
        each.join();
    EXPECT_EQ(wrong, std::vector<int>(4));
}

} // namespace
