// Closures: arguments in place, results of every kind, variadic ones, lifetimes, errors. The callers here are
// compiled by the compiler that compiles the tests.
#include "values.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/pool.hpp>

#include <gtest/gtest.h>

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#if defined(__clang__) && defined(__i386__)
namespace values {
struct unnamed_bits {
    int : 3;
};
union without_members {};
} // namespace values

template <>
struct cbframe::describe<values::unnamed_bits> {
    static type get() { return type::structure("", {{.name = "", .type = type_kind::int_, .bits = 3U}}); }
};
template <>
struct cbframe::describe<values::without_members> {
    static type get() { return type::union_("", {}); }
};
#endif

namespace {

using namespace values;
using cbframe::arguments;
using cbframe::closure;
using cbframe::signature;
using cbframe::type;
namespace abi = cbframe::abi;

// ---------------------------------------------------------------- every kind of value

template <class T>
class Values : public testing::Test {};

TYPED_TEST_SUITE(Values, types_and<>);

TYPED_TEST(Values, AreArgumentsAndResults) {
    using T = TypeParam;
    const T a = value_of<T>(3), b = value_of<T>(130), c = value_of<T>(200);
    round_trip<T>(a);
    round_trip<T>(b, a);
    round_trip<T>(c, a, b);
    round_trip<T>(a, b, 1, 2.5, c, a, b, c, a, b, c, a, b);
    round_trip<T>(a, 1L, 2L, 3L, 4L, 5L, b, 6L, c);
    round_trip<T>(a, 1., 2., 3., 4., 5., 6., 7., b, 8., c);
    round_trip<int>(77, a, b);
}

#if defined(__clang__) && defined(__i386__) // it refuses an empty class when it compiles

TEST(Closure, RefusesWhatClangPassesAsNothing) {
    EXPECT_THROW(signature::of<void(unnamed_bits)>(), cbframe::error);
    EXPECT_THROW(signature::of<void(int, without_members)>(), cbframe::error);
}

#else

TEST(Closure, PassesWhatIsBehindAnEmptyClass) { round_trip<int>(77, nothing(), 1, nothing(), 2.5); }

TEST(Closure, PassesAnEmptyClass) {
    const cbframe::prepared_signature prepared(
        {type::structure("", {}), {cbframe::type_kind::int_, type::structure("", {}), cbframe::type_kind::int_}},
        cbframe::native_convention(), cbframe::native_data_model());
    int sum = 0;
    const closure made(prepared, [&](arguments &got) {
        (void)got.get<nothing>(1);
        sum = got.get<int>(0) + got.get<int>(2);
        got.result(nothing());
    });
    made.as<nothing(int, nothing, int)>()(1, {}, 2);
    EXPECT_EQ(sum, 3);
}

#endif

TEST(Closure, ReferencesArriveAsPointers) {
    int number = 1;
    const closure made(signature::of<int &(int &)>(), [&](arguments &got) {
        ++*got.get<int *>(0);
        got.result(got.get<int *>(0));
    });
    EXPECT_EQ(&made.as<int &(int &)>()(number), &number);
    EXPECT_EQ(number, 2);
}

TEST(Closure, AResultThatIsNotSetIsZero) {
    const auto ignore = [](arguments &) {};
    EXPECT_EQ((closure(signature::of<long()>(), ignore).as<long()>()()), 0);
    EXPECT_EQ((closure(signature::of<double()>(), ignore).as<double()>()()), 0);
    const cbframe::prepared_signature real(signature::of<long double()>()), two(signature::of<pair_of_longs()>());
    if (!real.layout().result.by_pointer) { // else the caller gives the memory
        EXPECT_EQ((closure(real, ignore).as<long double()>()()), 0);
    }
    if (two.layout().result.by_pointer)
        return;
    const pair_of_longs pair = closure(signature::of<pair_of_longs()>(), ignore).as<pair_of_longs()>()();
    EXPECT_EQ(pair.a, 0);
    EXPECT_EQ(pair.b, 0);
}

TEST(Closure, ANarrowResultIsExtended) {
    const cbframe::prepared_signature narrow(signature::of<signed char()>());
    if (narrow.layout().result.pieces.front().extends == abi::extension::none)
        GTEST_SKIP() << "no caller of " << narrow.layout().convention->name << " relies on it";
    const closure made(narrow, [](arguments &got) { *static_cast<signed char *>(got.result()) = -3; });
    EXPECT_EQ(made.as<int()>()(), -3); // as clang's callers rely on
    const closure zero(signature::of<unsigned short()>(),
                       [](arguments &got) { *static_cast<unsigned short *>(got.result()) = 0xfffe; });
    EXPECT_EQ(zero.as<int()>()(), 0xfffe);
}

TEST(Closure, ArgumentsAreWritableInPlace) {
    const closure made(signature::of<int(int, long_and_double)>(), [](arguments &got) {
        got.get<int>(0) += 1;
        got.get<long_and_double>(1).b *= 2;
        got.result(static_cast<int>(got.get<int>(0) + got.get<long_and_double>(1).b));
    });
    EXPECT_EQ((made.as<int(int, long_and_double)>()(1, {2, 3})), 8);
}

// ---------------------------------------------------------------- ...

TEST(Variadic, ReadsEveryKindOfArgument) {
    const closure made(signature::of<double(int, ...)>(), [](arguments &got) {
        double sum = 0;
        for (int i = got.get<int>(0); i > 0; --i) {
            sum += got.next<int>();
            sum += got.next<double>();
            sum += static_cast<double>(got.next<long>());
            const auto mixed = got.next<long_and_double>();
            sum += static_cast<double>(mixed.a) + mixed.b;
            const auto longs = got.next<pair_of_longs>();
            sum += static_cast<double>(longs.a + longs.b);
            const auto doubles = got.next<pair_of_doubles>();
            sum += doubles.x + doubles.y;
            sum += static_cast<double>(got.next<long double>());
            sum += static_cast<double>(got.next<sixty_four_bytes>().a[7]);
            sum += static_cast<double>(got.next<long long>());
            sum += static_cast<double>(*got.next<const char *>());
        }
        got.result(sum);
    });
    const auto function = made.as<double(int, ...)>();
    const sixty_four_bytes large{{0, 0, 0, 0, 0, 0, 0, 1000}};
    const auto once = [&](int n) { return n * (1 + 2.5 + 3 + 4 + 5.5 + 6 + 7 + 8 + 9 + 10.5 + 1000 + 11 + 'a'); };
    EXPECT_EQ(function(0), 0);
    EXPECT_EQ(function(1, 1, 2.5, 3L, long_and_double{4, 5.5}, pair_of_longs{6, 7}, pair_of_doubles{8, 9}, 10.5L, large,
                       11LL, "a"),
              once(1));
    EXPECT_EQ(function(2, 1, 2.5, 3L, long_and_double{4, 5.5}, pair_of_longs{6, 7}, pair_of_doubles{8, 9}, 10.5L, large,
                       11LL, "a", 1, 2.5, 3L, long_and_double{4, 5.5}, pair_of_longs{6, 7}, pair_of_doubles{8, 9},
                       10.5L, large, 11LL, "a"),
              once(2));
}

TEST(Variadic, GivesAListThatVsnprintfAccepts) {
    const closure made(signature::of<int(char *, std::size_t, const char *, ...)>(), [](arguments &got) {
        got.result(std::vsnprintf(got.get<char *>(0), got.get<std::size_t>(1), got.get<const char *>(2), got.list()));
    });
    char text[200];
    made.as<int(char *, std::size_t, const char *, ...)>()(text, sizeof(text), "%d %.1f %s %ld %.1f %.1f %d %d %d %Lg",
                                                           1, 2.5, "three", 4L, 5.5, 6.5, 7, 8, 9, 10.5L);
    EXPECT_STREQ(text, "1 2.5 three 4 5.5 6.5 7 8 9 10.5");
}

TEST(Variadic, NextAndListShareTheirPlace) {
    const closure made(signature::of<int(char *, ...)>(), [](arguments &got) {
        const int size = got.next<int>();
        const char *const format = got.next<const char *>();
        got.result(std::vsnprintf(got.get<char *>(0), static_cast<std::size_t>(size), format, got.list()));
    });
    char text[100];
    EXPECT_EQ(made.as<int(char *, ...)>()(text, 100, "%d %d", 3, 4), 3);
    EXPECT_STREQ(text, "3 4");
}

// ---------------------------------------------------------------- errors

template <class Error, class Function>
std::string message_of(Function &&function) {
    try {
        function();
    } catch (const Error &error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(ClosureErrors, AskingForWhatIsNotThere) {
    std::string index, size, result, variadic, list;
    const closure made(signature::of<int(int, double)>(), [&](arguments &got) {
        index = message_of<cbframe::error>([&] { got.get<int>(2); });
        size = message_of<cbframe::error>([&] { got.get<int>(1); });
        result = message_of<cbframe::error>([&] { got.result(1.5); });
        variadic = message_of<cbframe::error>([&] { got.next<int>(); });
        list = message_of<cbframe::error>([&] { got.list(); });
    });
    made.as<int(int, double)>()(1, 2);
    EXPECT_EQ(index, "cbframe: argument 2 of 2, counted from 0");
    EXPECT_EQ(size, "cbframe: the argument 1 has 8 bytes, not 4");
    EXPECT_EQ(result, "cbframe: the result has 4 bytes, not 8");
    EXPECT_EQ(variadic, "cbframe: the signature has no variadic arguments");
    EXPECT_EQ(list, variadic);
}

TEST(ClosureErrors, AVariadicArgumentOfATypeThatCPromotes) {
    std::string promoted;
    const closure made(signature::of<void(int, ...)>(),
                       [&](arguments &got) { promoted = message_of<cbframe::error>([&] { got.next<float>(); }); });
    made.as<void(int, ...)>()(1, 2.5);
    EXPECT_NE(promoted.find("float"), promoted.npos) << promoted;
}

TEST(ClosureErrors, SignaturesThatNothingCanBeMadeOf) {
    const auto refusal = [](const signature &signature,
                            const abi::convention &convention = cbframe::native_convention()) {
        return message_of<cbframe::error>([&] {
            closure(
                signature, [](arguments &) {}, convention);
        });
    };
    using enum cbframe::type_kind;
    EXPECT_EQ(refusal({void_, {int_, void_}}), "cbframe: argument 2 is of type void: void has no value");
    EXPECT_NE(refusal({int_, {type::incomplete_structure("s")}}).find("incomplete"), std::string::npos);
    const abi::convention &foreign = sizeof(void *) == 8 ? abi::stdcall_x86_msvc : abi::ms_x64;
    EXPECT_EQ(refusal({int_, {int_}}, foreign),
              "cbframe: no function of this CPU is called by " + std::string(foreign.name));
    EXPECT_EQ(cbframe::pool_stats().live, 0U);
}

// ---------------------------------------------------------------- lifetime

TEST(ClosureErrors, NullIsNoHandler) {
    const auto signature = signature::of<int(int)>();
    EXPECT_THROW(closure(signature, static_cast<void (*)(arguments &)>(nullptr)), cbframe::error);
    EXPECT_THROW(closure(signature, std::function<void(arguments &)>()), cbframe::error);
    closure live(signature, [](arguments &args) { args.result(args.get<int>(0)); });
    EXPECT_THROW(live.set(static_cast<void (*)(arguments &)>(nullptr)), cbframe::error);
    EXPECT_EQ(live.as<int(int)>()(42), 42);
}

TEST(ClosureLifetime, MovesKeepTheAddress) {
    closure first(signature::of<int(int)>(), [](arguments &got) { got.result(got.get<int>(0) + 1); });
    const void *const address = first.address();
    closure second(std::move(first));
    EXPECT_FALSE(first);
    EXPECT_EQ(second.address(), address);
    closure third;
    third = std::move(second);
    EXPECT_EQ(third.as<int(int)>()(1), 2);
    EXPECT_EQ(cbframe::pool_stats().live, 1U);
}

TEST(ClosureLifetime, SetChangesTheHandler) {
    closure made(signature::of<int(int)>(), [](arguments &got) { got.result(1); });
    const auto function = made.as<int(int)>();
    const auto kept = std::make_shared<int>(2);
    made.set([kept](arguments &got) { got.result(*kept + got.get<int>(0)); });
    EXPECT_EQ(function(5), 7);
    EXPECT_EQ(kept.use_count(), 2);
    made.set([](arguments &got) { got.result(3); });
    EXPECT_EQ(kept.use_count(), 1);
    EXPECT_EQ(function(5), 3);
    closure none;
    EXPECT_THROW(none.set([](arguments &) {}), cbframe::error);
}

TEST(ClosureLifetime, AHandlerMayDestroyItsClosure) {
    auto made = std::make_unique<closure>();
    std::unique_ptr<closure> *const place = &made;
    for (const bool is_double : {false, true}) {
        if (is_double)
            *made = closure(signature::of<double(double)>(), [place](arguments &got) {
                got.result(got.get<double>(0));
                place->reset();
            });
        else
            *made = closure(signature::of<signed char(int)>(), [place](arguments &got) {
                got.result(static_cast<signed char>(got.get<int>(0)));
                place->reset();
            });
        if (is_double)
            EXPECT_EQ(made->as<double(double)>()(2.5), 2.5);
        else
            EXPECT_EQ(made->as<signed char(int)>()(-2), -2);
        EXPECT_EQ(made, nullptr);
        made = std::make_unique<closure>();
    }
    EXPECT_EQ(cbframe::pool_stats().live, 0U);
}

TEST(ClosureLifetime, ThePreparedSignatureMayGo) {
    auto prepared = std::make_unique<cbframe::prepared_signature>(signature::of<long_and_double(int)>());
    const closure made(*prepared, [](arguments &got) { got.result(long_and_double{got.get<int>(0), 1.5}); });
    prepared.reset();
    EXPECT_EQ(made.as<long_and_double(int)>()(4).a, 4);
}

TEST(ClosureLifetime, ManyShareOnePreparedSignature) {
    const cbframe::prepared_signature prepared(signature::of<std::size_t(int)>());
    std::vector<closure> many;
    for (std::size_t i = 0; i < 100'000; ++i)
        many.emplace_back(prepared, [i](arguments &got) { got.result(i + static_cast<std::size_t>(got.get<int>(0))); });
    for (std::size_t i = 0; i < many.size(); ++i)
        ASSERT_EQ(many[i].as<std::size_t(int)>()(1), i + 1);
}

TEST(ClosureLifetime, AnExceptionOfTheHandlersCopyConstructorLeavesNothing) {
    struct refusing {
        refusing() = default;
        refusing(const refusing &) { throw std::runtime_error("copied"); }
        void operator()(arguments &) const {}
    };
    const refusing handler;
    EXPECT_THROW(closure(signature::of<void()>(), handler), std::runtime_error);
    EXPECT_EQ(cbframe::pool_stats().live, 0U);
}

TEST(ClosureLifetimeDeathTest, ACallOfAFreedClosureAborts) {
    void (*function)();
    {
        const closure made(signature::of<void()>(), [](arguments &) {});
        function = made.as<void()>();
        function();
    }
    EXPECT_DEATH(function(), "cbframe: call of a freed callback at 0x.");
}

TEST(ClosureCalls, ExceptionsPass) {
    const closure made(signature::of<long_and_double(int)>(),
                       [](arguments &got) { throw std::runtime_error(std::to_string(got.get<int>(0))); });
    EXPECT_EQ(message_of<std::runtime_error>([&] { made.as<long_and_double(int)>()(12); }), "12");
}

TEST(ClosureCalls, Nest) {
    const closure *self = nullptr;
    const closure made(signature::of<long(long)>(), [&](arguments &got) {
        const long n = got.get<long>(0);
        got.result(n == 0 ? 0 : n + self->as<long(long)>()(n - 1));
    });
    self = &made;
    EXPECT_EQ(made.as<long(long)>()(1000), 500500);
}

TEST(ClosureCalls, ThreadsCreateCallAndFreeAtOnce) {
    const cbframe::prepared_signature prepared(signature::of<int(int, double)>());
    const closure shared(prepared, [](arguments &got) { got.result(got.get<int>(0) * 2); });
    std::vector<std::thread> threads;
    std::vector<int> wrong(4);
    for (std::size_t t = 0; t < wrong.size(); ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 5000; ++i) {
                const closure own(prepared, [i](arguments &got) { got.result(got.get<int>(0) + i); });
                wrong[t] += own.as<int(int, double)>()(1, 0) != 1 + i;
                wrong[t] += shared.as<int(int, double)>()(i, 0) != 2 * i;
            }
        });
    for (std::thread &each : threads)
        each.join();
    EXPECT_EQ(wrong, std::vector<int>(4));
}

} // namespace
