// Taps: calls that a handler sees and that go on in the original. What each register is there, exactness_test says.
#include "aborted.hpp"
#include "native.h"
#include "sanitizers.hpp"

#include "arch/arch.hpp"
#include "pool/pool.hpp"

#include <cbframe/pool.hpp>
#include <cbframe/tap.hpp>
#include <cbframe/tracer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using cbframe::cpu;
using cbframe::errc;
using cbframe::level;
using cbframe::tap;
using cbframe::when_freed;

class Taps : public testing::TestWithParam<level> {};

std::vector<level> levels() {
    std::vector<level> all;
    for (std::size_t n = 0; n < std::size(cbf::arch::tap_entries); ++n)
        all.push_back(static_cast<level>(n));
    return all;
}

std::string name_of(const testing::TestParamInfo<level> &test) {
    const char *const names[] = {"Legacy", "All", "Sse"};
    return names[static_cast<std::size_t>(test.param)];
}

INSTANTIATE_TEST_SUITE_P(Levels, Taps, testing::ValuesIn(levels()), name_of);

template <class Function>
errc code_of(Function &&function) {
    try {
        function();
    } catch (const cbframe::error &error) {
        return error.code();
    }
    return errc{};
}

int twice(int x) { return 2 * x; }
int thrice(int x) { return 3 * x; }

// ---- Calls ----------------------------------------------------------------------------------------

TEST_P(Taps, TheHandlerRunsFirstAndTheOriginalAnswers) {
    intptr_t seen = 0;
    const tap t(
        twice, [&](cpu &cpu) { seen = native_argument(&cpu, 0); }, GetParam());
    EXPECT_EQ(t.as<int(int)>()(21), 42);
    EXPECT_EQ(seen, 21);
    EXPECT_EQ(t.original(), reinterpret_cast<void *>(reinterpret_cast<std::uintptr_t>(&twice)));
}

struct large {
    double numbers[9];
    char text[100];
};

large many(large by_value, int a, double b, std::int64_t c, float d, const char *e, int f, int g, double h, int i,
           int j, double k, int l) {
    by_value.numbers[0] += a + b + static_cast<double>(c) + static_cast<double>(d) + f + g + h + i + j + k + l;
    std::snprintf(by_value.text, sizeof(by_value.text), "%s", e);
    return by_value;
}

TEST_P(Taps, StackArgumentsAndALargeResultPass) {
    int calls = 0;
    const tap t(
        many, [&](cpu &) { ++calls; }, GetParam());
    const large passed{{1, 2, 3, 4, 5, 6, 7, 8, 9}, ""};
    const large got = t.as<decltype(many)>()(passed, 1, 2, 3, 4, "text", 5, 6, 7, 8, 9, 10, 11);
    EXPECT_EQ(got.numbers[0], 67);
    EXPECT_EQ(got.numbers[8], 9);
    EXPECT_STREQ(got.text, "text");
    EXPECT_EQ(calls, 1);
}

double sum(int count, ...) {
    std::va_list list;
    va_start(list, count);
    double total = 0;
    for (int i = 0; i < count; ++i)
        total += i % 2 == 0 ? va_arg(list, int) : va_arg(list, double);
    va_end(list);
    return total;
}

TEST_P(Taps, VariadicArgumentsPass) {
    const tap t(
        sum, [](cpu &) {}, GetParam());
    EXPECT_EQ(t.as<double(int, ...)>()(12, 1, 2.0, 3, 4.0, 5, 6.0, 7, 8.0, 9, 10.0, 11, 12.0), 78);
}

TEST_P(Taps, SkipReturnsToTheCaller) {
    bool original_ran = false;
    static bool *ran;
    ran = &original_ran;
    const tap t(
        +[](int x) {
            *ran = true;
            return x;
        },
        [](cpu &cpu) {
            native_return(&cpu, 7);
            cpu.skip();
        },
        GetParam());
    EXPECT_EQ(t.as<int(int)>()(1), 7);
    EXPECT_FALSE(original_ran);
}

TEST_P(Taps, GoOnLeadsElsewhere) {
    const tap t(
        twice, [](cpu &cpu) { cpu.go_on(thrice); }, GetParam());
    EXPECT_EQ(t.as<int(int)>()(5), 15);
    const tap last(
        twice,
        [](cpu &cpu) {
            cpu.go_on(&twice);
            cpu.go_on(reinterpret_cast<void *>(reinterpret_cast<std::uintptr_t>(&thrice)));
        },
        GetParam());
    EXPECT_EQ(last.as<int(int)>()(5), 15);
}

TEST_P(Taps, ATapOfATapOfAFrame) {
    std::string order;
    const cbframe::frame frame(
        [&](cpu &cpu) {
            order += 'f';
            native_return(&cpu, native_argument(&cpu, 0) + 1);
        },
        GetParam());
    const tap inner(
        frame.as<int(int)>(), [&](cpu &) { order += 'i'; }, GetParam());
    const tap outer(
        inner.as<int(int)>(), [&](cpu &) { order += 'o'; }, GetParam());
    EXPECT_EQ(outer.as<int(int)>()(41), 42);
    EXPECT_EQ(order, "oif");
}

int (*countdown_through)(int);

int countdown(int n) { return n == 0 ? 0 : 1 + countdown_through(n - 1); }

TEST_P(Taps, Recursion) {
    int calls = 0;
    const tap t(
        countdown, [&](cpu &) { ++calls; }, GetParam());
    countdown_through = t.as<int(int)>();
    EXPECT_EQ(countdown_through(1000), 1000);
    EXPECT_EQ(calls, 1001);
}

TEST_P(Taps, ManyAtOnce) {
    std::vector<tap> made;
    std::size_t calls = 0;
    for (int n = 0; n < 20'000; ++n)
        made.emplace_back(
            n % 2 == 0 ? twice : thrice, [&calls](cpu &) { ++calls; }, GetParam());
    for (std::size_t n = 0; n < made.size(); ++n)
        ASSERT_EQ(made[n].as<int(int)>()(static_cast<int>(n)), static_cast<int>(n) * (n % 2 == 0 ? 2 : 3));
    EXPECT_EQ(calls, made.size());
}

TEST_P(Taps, Threads) {
    std::atomic<int> calls = 0, wrong = 0;
    tap t(
        twice, [&calls](cpu &) { ++calls; }, GetParam());
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n)
        threads.emplace_back([&] {
            for (int i = 0; i < 20'000; ++i)
                wrong += t.as<int(int)>()(i) != 2 * i;
        });
    threads.emplace_back([&] {
        // Fewer than keep in memory what a call may have found and not yet begun to use: a handler, and a pair of words
        // on some processors, is retired each time. That an entry's load, in assembly, is ordered behind the store of
        // set is nothing that ThreadSanitizer sees.
        constexpr int changes = cbf::pool::quarantine / 2 - 1;
        for (int i = 0; i < (thread_sanitizer ? 0 : changes); ++i) {
            t.set([&calls, ballast = std::array<int, 8>()](cpu &) { calls += 1 + ballast[0]; });
            const tap other(
                thrice, [](cpu &) {}, GetParam());
            wrong += other.as<int(int)>()(i) != 3 * i;
        }
    });
    for (std::thread &each : threads)
        each.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(calls, 80'000);
}

// ---- Exceptions -----------------------------------------------------------------------------------

int throws(int x) { throw std::runtime_error(std::to_string(x)); }

TEST_P(Taps, AnExceptionOfTheOriginalPasses) {
    const tap t(
        throws, [](cpu &) {}, GetParam());
    std::string what;
    try {
        t.as<int(int)>()(5);
    } catch (const std::runtime_error &error) {
        what = error.what();
    }
    EXPECT_EQ(what, "5");
}

TEST_P(Taps, AnExceptionOfTheHandlerReachesTheCallerAndTheOriginalIsNotCalled) {
    const tap t(
        throws, [](cpu &) { throw 1; }, GetParam());
    EXPECT_THROW(t.as<int(int)>()(5), int);
}

// ---- Life -----------------------------------------------------------------------------------------

TEST_P(Taps, SetGivesTheSameAddressAnotherHandler) {
    tap t(
        twice, [](cpu &cpu) { cpu.go_on(thrice); }, GetParam());
    auto *const f = t.as<int(int)>();
    t.set([](cpu &) {});
    EXPECT_EQ(f(5), 10);
    t.set([&t](cpu &) { t.set([](cpu &cpu) { cpu.go_on(thrice); }); });
    EXPECT_EQ(f(5), 10);
    EXPECT_EQ(f(5), 15);
}

TEST_P(Taps, AHandlerOnTheHeapMayFreeItsTap) {
    std::unique_ptr<tap> t;
    const auto alive = std::make_shared<int>(1);
    t = std::make_unique<tap>(
        twice, [&t, alive, ballast = std::string(100, 'x')](cpu &) { t.reset(); }, GetParam());
    EXPECT_EQ(t->as<int(int)>()(5), 10);
    EXPECT_EQ(alive.use_count(), 1);
}

TEST_P(Taps, Moves) {
    tap a(
        twice, [](cpu &) {}, GetParam());
    auto *const f = a.as<int(int)>();
    tap b(std::move(a));
    EXPECT_FALSE(a);
    EXPECT_EQ(a.original(), nullptr);
    EXPECT_EQ(f(1), 2);
    a = std::move(b);
    EXPECT_EQ(a.as<int(int)>(), f);
    EXPECT_EQ(f(1), 2);
}

TEST_P(Taps, AreCounted) {
    const std::size_t before = cbframe::pool_stats().live;
    {
        const tap a(
            twice, [](cpu &) {}, GetParam());
        const tap b(
            twice, [](cpu &) {}, GetParam(), when_freed::forward);
        EXPECT_EQ(cbframe::pool_stats().live, before + 2);
    }
    EXPECT_EQ(cbframe::pool_stats().live, before);
}

TEST_P(Taps, AFreedOneThatForwardsGoesOnInTheOriginal) {
    int calls = 0;
    tap t(
        twice, [&calls](cpu &) { ++calls; }, GetParam(), when_freed::forward);
    auto *const f = t.as<int(int)>();
    t = tap();
    EXPECT_EQ(f(5), 10);
    for (int n = 0; n < 1024; ++n)
        tap(
            twice, [](cpu &) {}, GetParam(), when_freed::forward);
    EXPECT_EQ(calls, 0);
}

using TapsDeathTest = Taps;
INSTANTIATE_TEST_SUITE_P(Levels, TapsDeathTest, testing::ValuesIn(levels()), name_of);

TEST_P(TapsDeathTest, AFreedOneTraps) {
    tap t(
        twice, [](cpu &) {}, GetParam());
    auto *const f = t.as<int(int)>();
    t = tap();
    EXPECT_EXIT(f(1), aborted, "call of a freed callback at 0x");
}

TEST_P(TapsDeathTest, AFreedOneThatForwardsTrapsInTheEnd) {
    tap t(
        twice, [](cpu &) {}, GetParam(), when_freed::forward);
    auto *const f = t.as<int(int)>();
    t = tap();
    for (int n = 0; n < 1025; ++n)
        tap(
            twice, [](cpu &) {}, GetParam(), when_freed::forward);
    EXPECT_EXIT(f(1), aborted, "call of a freed callback at 0x");
}

// ---- Traces ---------------------------------------------------------------------------------------

/// What has been written to a file.
std::string text_of(std::FILE *file) {
    std::string text(4096, '\0');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    return text;
}

std::size_t length(const char *text) { return std::strlen(text); }

TEST(Traces, ATracerWritesALineACall) {
    std::FILE *const file = std::tmpfile();
    ASSERT_NE(file, nullptr);
    const tap t(length, cbframe::tracer("length", file));
    auto *const f = t.as<std::size_t(const char *)>();
    EXPECT_EQ(f("some text"), 9u);
    EXPECT_EQ(f(""), 0u);
    const std::string text = text_of(file);
    EXPECT_NE(text.find(" length("), std::string::npos) << text;
    EXPECT_NE(text.find("\"some text\""), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
    std::fclose(file);
}

struct methods {
    int version;
    int (*first)(int);
    int (*second)(int);
    int (*missing)(int);
};

TEST(Traces, ThoseOfAStructureEndWithTheirObject) {
    std::FILE *const file = std::tmpfile();
    ASSERT_NE(file, nullptr);
    methods table{1, twice, thrice, nullptr};
    int (*kept)(int) = nullptr;
    {
        cbframe::traces traces(file);
        traces.add_members(table, &methods::first, "first", &methods::second, "second", &methods::missing, "missing");
        EXPECT_EQ(traces.count(), 2u);
        EXPECT_NE(table.first, twice);
        EXPECT_EQ(table.missing, nullptr);
        EXPECT_EQ(table.first(1) + table.second(1), 5);
        kept = table.first;
        table.second = twice; // somebody else's since
    }
    EXPECT_EQ(table.first, twice);
    EXPECT_EQ(table.second, twice);
    EXPECT_EQ(kept(1), 2);
    const std::string text = text_of(file);
    EXPECT_NE(text.find(" first("), std::string::npos) << text;
    EXPECT_NE(text.find(" second("), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
    std::fclose(file);
}

TEST(Traces, InCALineIsWrittenAsSnprintfDoes) {
    std::size_t whole = 0, again = 0;
    char start[9] = "";
    const tap t(twice, [&](cpu &cpu) {
        EXPECT_EQ(cbf_cpu_format_call(&cpu, "name", nullptr, 0, &whole), CBF_OK);
        EXPECT_EQ(cbf_cpu_format_call(&cpu, nullptr, start, sizeof(start), &again), CBF_OK);
        EXPECT_EQ(cbf_cpu_format_call(&cpu, "name", nullptr, 1, &again), CBF_INVALID_ARGUMENT);
    });
    t.as<int(int)>()(1);
    EXPECT_GT(whole, 20u);
    EXPECT_EQ(std::strlen(start), 8u);
    EXPECT_EQ(cbf_cpu_format_call(nullptr, "name", nullptr, 0, &whole), CBF_INVALID_ARGUMENT);
}

// ---- Bad input ------------------------------------------------------------------------------------

TEST_P(Taps, NullIsRefused) {
    EXPECT_EQ(code_of([] {
                  tap(
                      nullptr, [](cpu &) {}, GetParam());
              }),
              errc::invalid_argument);
    int (*const no_function)(int) = nullptr;
    EXPECT_EQ(code_of([&] {
                  tap(
                      no_function, [](cpu &) {}, GetParam());
              }),
              errc::invalid_argument);
    void (*const no_handler)(cpu &) = nullptr;
    EXPECT_EQ(code_of([&] { tap(twice, no_handler, GetParam()); }), errc::invalid_argument);
    tap none;
    EXPECT_EQ(code_of([&] { none.set([](cpu &) {}); }), errc::not_a_slot);
}

TEST_P(Taps, WhatLeadsNowhereIsRefusedAndTheCallGoesOn) {
    errc of_null{}, of_second{}, of_go_on{};
    const tap t(
        twice,
        [&](cpu &cpu) {
            of_null = code_of([&] { cpu.go_on(nullptr); });
            if (native_argument(&cpu, 0) == 5)
                return;
            cpu.skip();
            of_second = code_of([&] { cpu.skip(); });
            of_go_on = code_of([&] { cpu.go_on(thrice); });
            native_return(&cpu, 1);
        },
        GetParam());
    EXPECT_EQ(t.as<int(int)>()(5), 10);
    EXPECT_EQ(t.as<int(int)>()(6), 1);
    EXPECT_EQ(of_null, errc::invalid_argument);
    EXPECT_EQ(of_second, errc::invalid_argument);
    EXPECT_EQ(of_go_on, errc::invalid_argument);
}

TEST_P(Taps, AFrameHasNoOriginalToSkip) {
    const tap before(
        twice, [](cpu &) {}, GetParam());
    before.as<int(int)>()(1); // at the same place on the stack
    errc of_skip{}, of_go_on{};
    const cbframe::frame frame(
        [&](cpu &cpu) {
            of_skip = code_of([&] { cpu.skip(); });
            of_go_on = code_of([&] { cpu.go_on(thrice); });
        },
        GetParam());
    frame.as<int(int)>()(1);
    EXPECT_EQ(of_skip, errc::invalid_argument);
    EXPECT_EQ(of_go_on, errc::invalid_argument);
}

void nothing(cbf_cpu *, void *) {}

TEST(TapsInC, FailWithAReason) {
    cbf_tap *made = nullptr;
    const auto original = reinterpret_cast<cbf_function>(&twice);
    EXPECT_EQ(cbf_tap_new(nullptr, original, nothing, nullptr, CBF_LEVEL_LEGACY), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_tap_new(&made, nullptr, nothing, nullptr, CBF_LEVEL_LEGACY), CBF_INVALID_ARGUMENT);
    EXPECT_STREQ(cbf_error_detail(), "original is NULL");
    EXPECT_EQ(cbf_tap_new(&made, original, nullptr, nullptr, CBF_LEVEL_LEGACY), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_tap_new(&made, original, nothing, nullptr, 3), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_tap_new(&made, original, nothing, nullptr, 0x200), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(made, nullptr);
    EXPECT_EQ(cbf_cpu_skip(nullptr), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_tap_free(nullptr), CBF_OK);
    EXPECT_EQ(cbf_tap_address(nullptr), nullptr);
}

TEST(TapsInC, KnowTheirSlots) {
    cbf_tap *made = nullptr;
    const auto original = reinterpret_cast<cbf_function>(&twice);
    ASSERT_EQ(cbf_tap_new(&made, original, nothing, nullptr, CBF_LEVEL_ALL), CBF_OK);
    EXPECT_EQ(cbf_tap_set(made, nullptr, nullptr), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_frame_free(reinterpret_cast<cbf_frame *>(made)), CBF_NOT_A_SLOT);
    EXPECT_EQ(cbf_tap_set(made, nothing, nullptr), CBF_OK);
    EXPECT_EQ(cbf_tap_free(made), CBF_OK);
    EXPECT_EQ(cbf_tap_free(made), CBF_FREED);
    EXPECT_EQ(cbf_tap_set(made, nothing, nullptr), CBF_FREED);
    cbf_frame *frame = nullptr;
    ASSERT_EQ(cbf_frame_new(&frame, nothing, nullptr, CBF_LEVEL_LEGACY), CBF_OK);
    EXPECT_EQ(cbf_tap_free(reinterpret_cast<cbf_tap *>(frame)), CBF_NOT_A_SLOT);
    EXPECT_STREQ(cbf_error_detail(), "not a tap of this library");
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    ASSERT_EQ(cbf_tap_new(&made, original, nothing, nullptr, CBF_LEVEL_ALL | CBF_TAP_FORWARD_WHEN_FREED), CBF_OK);
    EXPECT_EQ(cbf_tap_free(made), CBF_OK);
    EXPECT_EQ(cbf_tap_free(made), CBF_FREED);
    EXPECT_EQ(cbf_tap_set(made, nothing, nullptr), CBF_FREED);
}

TEST(Levels, AnUnknownOneIsRefused) {
    for (const int number : {static_cast<int>(std::size(cbf::arch::entries)), 7, -1}) {
        const auto unknown = static_cast<level>(number);
        EXPECT_EQ(code_of([&] { cbframe::frame([](cpu &) {}, unknown); }), errc::invalid_argument);
        EXPECT_EQ(code_of([&] {
                      tap(
                          twice, [](cpu &) {}, unknown);
                  }),
                  errc::invalid_argument);
    }
}

TEST(TapsInC, ALevelThatTheCpuHasNotIsRefused) {
    if (std::size(cbf::arch::entries) > CBF_LEVEL_SSE)
        GTEST_SKIP() << "it has all levels";
    cbf_frame *frame = nullptr;
    EXPECT_EQ(cbf_frame_new(&frame, nothing, nullptr, CBF_LEVEL_SSE), CBF_INVALID_ARGUMENT);
    EXPECT_STREQ(cbf_error_detail(), "there is no such level on this CPU");
    EXPECT_EQ(cbf_frame_stack_size(CBF_LEVEL_SSE), 0u);
}

} // namespace
