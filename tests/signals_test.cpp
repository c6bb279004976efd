// Frames as signal handlers, and calls that signals interrupt.
#include "arithmetic_frame.hpp"
#include "guarded_stack.hpp"
#include "native.h"
#include "sanitizers.hpp"
#include "signal_handler_posix.hpp"

#include <cbframe/tap.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

namespace {

using cbframe::cpu;
using cbframe::frame;
using cbframe::level;

constexpr level levels[] = {level::legacy, level::all};

// A signal handler that calls a further frame.
class signal_frame {
  public:
    explicit signal_frame(level level) : inner_(level), outer_([this](cpu &cpu) { handle(cpu); }, level) {}

    void (*function() const)(int) { return outer_.as<void(int)>(); }
    int count() const { return count_; }
    int wrong() const { return wrong_; }

  private:
    void handle(const cpu &cpu) {
        last_ = static_cast<int>(native_argument(&cpu, 0));
        wrong_ += !inner_.right(++count_);
    }

    arithmetic_frame inner_;
    std::atomic<int> count_ = 0, wrong_ = 0, last_ = 0;
    frame outer_;
};

// Sends a signal to this process again and again.
class signal_timer {
  public:
    signal_timer(int number, long nanoseconds) {
        sigevent event{};
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = number;
        EXPECT_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer_), 0);
        const itimerspec times{{0, nanoseconds}, {0, nanoseconds}};
        EXPECT_EQ(timer_settime(timer_, 0, &times, nullptr), 0);
    }
    signal_timer(const signal_timer &) = delete;
    signal_timer &operator=(const signal_timer &) = delete;
    ~signal_timer() { timer_delete(timer_); }

  private:
    timer_t timer_{};
};

// Two signals, whose handlers interrupt calls and each other, anywhere.
TEST(Signals, storm) {
    if (thread_sanitizer)
        GTEST_SKIP()
            << "it delays signals to the next call of the C library, and forgets the mask when two of them nest";
    constexpr long slower = address_sanitizer ? 3 : 1;
    const arithmetic_frame legacy(level::legacy), all(level::all);
    const signal_frame first(level::all), second(level::legacy);
    const signal_handler on_first(SIGUSR1, first.function()), on_second(SIGUSR2, second.function());
    int wrong = 0;
    {
        const signal_timer first_timer(SIGUSR1, 50'000 * slower), second_timer(SIGUSR2, 70'000 * slower);
        for (std::int64_t i = 0; i < 100'000 || first.count() < 1000 || second.count() < 1000; i++) {
            wrong += !legacy.right(i);
            wrong += !all.right(i);
        }
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(first.wrong(), 0);
    EXPECT_EQ(second.wrong(), 0);
}

std::atomic<int> counted = 0;

void count_signal(int) { ++counted; }

double mixed(int a, double b, int c, double d) { return a + b * c + d; }

// A signal's handler is a tap's original, and interrupts calls through another tap at any instruction: where these go
// on lies below the stack pointer for one of them, on x86-64.
TEST(Signals, storm_through_taps) {
    if (thread_sanitizer)
        GTEST_SKIP() << "it delays signals to the next call of the C library";
    for (const level level : levels) {
        std::atomic<int> seen = 0;
        const cbframe::tap of_handler(
            count_signal, [&seen](cpu &) { ++seen; }, level);
        const cbframe::tap of_function(
            mixed, [](cpu &) {}, level);
        const signal_handler on_signal(SIGUSR1, of_handler.as<void(int)>());
        counted = 0;
        int wrong = 0;
        {
            const signal_timer timer(SIGUSR1, address_sanitizer ? 200'000 : 50'000);
            for (int i = 0; i < 100'000 || seen < 1000; i++)
                wrong += of_function.as<decltype(mixed)>()(i, 0.5, 4, 0.25) != i + 2.25;
        }
        EXPECT_EQ(wrong, 0);
        EXPECT_EQ(seen, counted);
    }
}

TEST(Signals, on_the_smallest_alternate_stack) {
    // The kernel's part, cbframe's part, and that of the handler as compiled here.
    const std::size_t handlers = thread_sanitizer ? 65536 : address_sanitizer ? 8192 : 1024;
    const auto kernels = static_cast<std::size_t>(sysconf(_SC_MINSIGSTKSZ));
    for (const level level : levels) {
        const guarded_stack stack(kernels + cbframe::frame_stack_size(level) + handlers);
        std::uintptr_t rsp = 0;
        const frame handler{[&rsp](cpu &cpu) { rsp = NATIVE_SP(&cpu).u; }, level};
        const signal_handler on_signal(SIGUSR1, handler.as<void(int)>(), SA_ONSTACK);
        std::thread thread([&] {
            stack_t alternate{}, before{};
            alternate.ss_sp = stack.bottom();
            alternate.ss_size = stack.size();
            EXPECT_EQ(sigaltstack(&alternate, &before), 0);
            EXPECT_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
            EXPECT_EQ(sigaltstack(&before, nullptr), 0);
        });
        thread.join();
        EXPECT_TRUE(stack.holds(rsp));
    }
}

} // namespace
