// Frames called, made and changed by many at once: threads, signal handlers, forked processes; and
// the stack that a call takes of whoever calls.
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include "native.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <bit>
#include <cfenv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include <x86intrin.h>

#if defined(__x86_64__)
#define THREADS_TEST_ENDBR "endbr64"
#define STACK_POINTER      "%%rsp"
#define KEPT_REGISTER      "rbx"
constexpr int instruction_register = REG_RIP;
#else
#define THREADS_TEST_ENDBR "endbr32"
#define STACK_POINTER      "%%esp"
#define KEPT_REGISTER      "ebx"
constexpr int instruction_register = REG_EIP;
#endif

extern "C" void threads_test_bare_return(cbf_cpu *cpu, void *user);
asm(".text\n"
    ".globl threads_test_bare_return\n"
    ".hidden threads_test_bare_return\n"
    ".type threads_test_bare_return, @function\n"
    "threads_test_bare_return:\n" THREADS_TEST_ENDBR "\n"
    "ret\n"
    ".size threads_test_bare_return, . - threads_test_bare_return\n");

namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool thread_sanitizer = true;
#elif defined(__has_feature)
constexpr bool thread_sanitizer = __has_feature(thread_sanitizer);
#else
constexpr bool thread_sanitizer = false;
#endif
#if defined(__SANITIZE_ADDRESS__)
constexpr bool address_sanitizer = true;
#elif defined(__has_feature)
constexpr bool address_sanitizer = __has_feature(address_sanitizer);
#else
constexpr bool address_sanitizer = false;
#endif

constexpr bool sanitizer = thread_sanitizer || address_sanitizer;

using cbframe::cpu;
using cbframe::frame;
using cbframe::level;

constexpr int thread_count = 8;
constexpr level levels[] = {level::legacy, level::all};

std::uint64_t seed() {
    const char *const given = std::getenv("CBFRAME_TEST_SEED");
    const std::uint64_t value = given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
    std::cout << "CBFRAME_TEST_SEED=" << value << std::endl;
    return value;
}

// Runs function(0), function(1), ... on as many threads, which start together.
template <class Function>
void on_threads(int count, Function function) {
    std::barrier start(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; i++)
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            function(i);
        });
    for (std::thread &thread : threads)
        thread.join();
}

// ---------------------------------------------------------------- threads

// What a thread does with frames of its own; answers how many results were wrong.
std::size_t use_own_frames(std::uint64_t seed, int operations) {
    struct own_frame {
        frame callback;
        int factor;
    };
    std::mt19937_64 random(seed);
    std::vector<own_frame> frames;
    std::size_t wrong = 0;
    const auto multiply = [](int factor) {
        return [factor](cpu &cpu) { native_return(&cpu, native_argument(&cpu, 0) * factor); };
    };
    const auto multiply_from_heap = [](int factor) {
        return [factor = std::make_unique<int>(factor)](cpu &cpu) {
            native_return(&cpu, native_argument(&cpu, 0) * *factor);
        };
    };
    for (int i = 0; i < operations; i++) {
        const auto at = static_cast<std::size_t>(frames.empty() ? 0 : random() % frames.size());
        const int factor = static_cast<int>(random() % 1000);
        switch (random() % 6) {
        case 0:
            frames.push_back({frame{multiply(factor), levels[random() % 2]}, factor});
            break;
        case 1:
            frames.push_back({frame{multiply_from_heap(factor), levels[random() % 2]}, factor});
            break;
        case 2:
            if (frames.size() > random() % 500) {
                std::swap(frames[at], frames.back());
                frames.pop_back();
            }
            break;
        case 3:
            if (!frames.empty()) {
                if (factor % 2 != 0)
                    frames[at].callback.set(multiply(factor));
                else
                    frames[at].callback.set(multiply_from_heap(factor));
                frames[at].factor = factor;
            }
            break;
        default:
            if (!frames.empty())
                wrong += frames[at].callback.as<int(int)>()(i % 1000) != i % 1000 * frames[at].factor;
        }
    }
    return wrong;
}

TEST(Threads, each_with_frames_of_its_own) {
    const std::uint64_t first_seed = seed();
    const std::size_t live = cbframe::pool_stats().live;
    std::atomic<std::size_t> wrong = 0;
    on_threads(thread_count, [&](int thread) {
        wrong += use_own_frames(first_seed + static_cast<std::uint64_t>(thread), sanitizer ? 20'000 : 100'000);
    });
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(cbframe::pool_stats().live, live);
}

// Growth and quarantine meet: each thread takes more than a page holds and gives it back.
TEST(Threads, no_slot_is_given_out_twice) {
    std::array<std::vector<cbf_frame *>, thread_count> taken;
    const cbf_handler own_user = [](cbf_cpu *cpu, void *user) { native_return_pointer(cpu, user); };
    const std::size_t live = cbframe::pool_stats().live;
    for (int round = 0; round < 5; round++) {
        on_threads(thread_count, [&](int thread) {
            std::vector<cbf_frame *> &frames = taken[static_cast<std::size_t>(thread)];
            for (std::size_t i = 0; i < 2000; i++) {
                cbf_frame *frame = nullptr;
                if (cbf_frame_new(&frame, own_user, &frames, CBF_LEVEL_LEGACY) == CBF_OK)
                    frames.push_back(frame);
            }
        });
        std::set<cbf_frame *> all;
        for (const std::vector<cbf_frame *> &frames : taken) {
            ASSERT_EQ(frames.size(), 2000U);
            all.insert(frames.begin(), frames.end());
            for (cbf_frame *const frame : frames)
                ASSERT_EQ(reinterpret_cast<const void *(*)()>(cbf_frame_address(frame))(), &frames);
        }
        EXPECT_EQ(all.size(), thread_count * 2000U);
        EXPECT_EQ(cbframe::pool_stats().live, live + all.size());
        std::atomic<int> failures = 0;
        on_threads(thread_count, [&](int thread) { // each frees what another one took
            std::vector<cbf_frame *> &frames = taken[static_cast<std::size_t>(thread + 1) % thread_count];
            for (cbf_frame *const frame : frames)
                failures += cbf_frame_free(frame) != CBF_OK;
            frames.clear();
        });
        EXPECT_EQ(failures, 0);
        EXPECT_EQ(cbframe::pool_stats().live, live);
    }
}

TEST(Threads, one_of_many_frees_wins) {
    for (int round = 0; round < 200; round++) {
        cbf_frame *frame = nullptr;
        ASSERT_EQ(cbf_frame_new(
                      &frame, [](cbf_cpu *, void *) {}, nullptr, CBF_LEVEL_LEGACY),
                  CBF_OK);
        std::atomic<int> freed = 0, late = 0;
        on_threads(4, [&](int) {
            const cbf_status status = cbf_frame_free(frame);
            freed += status == CBF_OK;
            late += status == CBF_FREED;
        });
        EXPECT_EQ(freed, 1);
        EXPECT_EQ(late, 3);
    }
}

TEST(Threads, a_freed_frame_stays_free_whoever_sets_it) {
    for (int round = 0; round < 500; round++) {
        cbf_frame *frame = nullptr;
        const cbf_handler handler = [](cbf_cpu *, void *) {};
        ASSERT_EQ(cbf_frame_new(&frame, handler, nullptr, CBF_LEVEL_LEGACY), CBF_OK);
        std::atomic<int> wrong = 0;
        on_threads(3, [&](int thread) {
            if (thread == 0) {
                wrong += cbf_frame_free(frame) != CBF_OK;
                wrong += cbf_frame_set(frame, handler, nullptr) != CBF_FREED;
            } else {
                cbf_status status = CBF_OK;
                for (int i = 0; i < 20 && status == CBF_OK; i++)
                    status = cbf_frame_set(frame, handler, nullptr);
                wrong += status != CBF_OK && status != CBF_FREED;
            }
        });
        EXPECT_EQ(wrong, 0);
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
    }
}

TEST(Threads, stats_are_whole_at_any_time) {
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0;
    std::thread watcher([&] {
        while (!done) {
            const cbf_stats now = cbframe::pool_stats();
            wrong += now.capacity != now.pages * 255 || now.bytes != now.pages * 8192;
        }
    });
    on_threads(4, [](int thread) { use_own_frames(static_cast<std::uint64_t>(thread), 5000); });
    done = true;
    watcher.join();
    EXPECT_EQ(wrong, 0);
}

// ---------------------------------------------------------------- set while others call

// A handler and the only user value that it may see.
struct matching_pair {
    cbf_handler handler;
    int user;
};

void count_mismatches(const void *user, const matching_pair &expected);

matching_pair first_pair{[](cbf_cpu *, void *user) { count_mismatches(user, first_pair); }, 0};
matching_pair second_pair{[](cbf_cpu *, void *user) { count_mismatches(user, second_pair); }, 0};
std::atomic<std::size_t> mismatches;

void count_mismatches(const void *user, const matching_pair &expected) {
    if (user != &expected.user)
        mismatches.fetch_add(1, std::memory_order_relaxed);
}

TEST(Threads, handler_and_user_change_as_one) {
    for (const cbf_level captured : {CBF_LEVEL_LEGACY, CBF_LEVEL_ALL}) {
        mismatches = 0;
        cbf_frame *frame = nullptr;
        ASSERT_EQ(cbf_frame_new(&frame, first_pair.handler, &first_pair.user, captured), CBF_OK);
        std::atomic<bool> done = false;
        std::atomic<int> calling = 0;
        std::vector<std::thread> callers;
        for (int i = 0; i < thread_count; i++)
            callers.emplace_back([&] {
                ++calling;
                while (!done.load(std::memory_order_relaxed))
                    cbf_frame_address(frame)();
            });
        while (calling < thread_count)
            std::this_thread::yield();
        const int changes = sanitizer ? 200'000 : 2'000'000;
        int failures = 0;
        for (int i = 0; i < changes; i++) {
            matching_pair &next = i % 2 != 0 ? first_pair : second_pair;
            failures += cbf_frame_set(frame, next.handler, &next.user) != CBF_OK;
        }
        done = true;
        for (std::thread &caller : callers)
            caller.join();
        EXPECT_EQ(failures, 0);
        EXPECT_EQ(mismatches, 0U);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }
}

TEST(Threads, many_call_one_frame) {
    for (const level captured : levels) {
        const frame multiply{[](cpu &cpu) { native_return(&cpu, native_argument(&cpu, 0) * native_argument(&cpu, 1)); },
                             captured};
        const frame add{[](cpu &cpu) { native_return_double(&cpu, native_double(&cpu) + 0.5); }, captured};
        std::atomic<int> wrong = 0;
        on_threads(thread_count, [&](int thread) {
            for (std::intptr_t i = 0; i < 20'000; i++) {
                wrong += multiply.as<std::intptr_t(std::intptr_t, std::intptr_t)>()(i, thread) != i * thread;
                wrong += add.as<double(double)>()(thread) != thread + 0.5;
            }
        });
        EXPECT_EQ(wrong, 0);
    }
}

// ---------------------------------------------------------------- signals

// A signal handler for the life of the object.
class signal_handler {
  public:
    template <class Handler>
    signal_handler(int number, Handler *handler, int flags = 0) : number_(number) {
        struct sigaction action = {};
        if constexpr (std::is_same_v<Handler, void(int)>)
            action.sa_handler = handler;
        else
            action.sa_sigaction = handler;
        action.sa_flags = flags;
        EXPECT_EQ(sigaction(number, &action, &before_), 0);
    }
    signal_handler(const signal_handler &) = delete;
    signal_handler &operator=(const signal_handler &) = delete;
    ~signal_handler() { sigaction(number_, &before_, nullptr); }

  private:
    int number_;
    struct sigaction before_ = {};
};

// A frame whose call has something in registers of every kind.
class arithmetic {
  public:
    explicit arithmetic(level captured) : frame_(compute, captured) {}

    std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(frame_.address()); }

#if defined(__x86_64__)
    bool right(std::int64_t i) const {
        struct results {
            std::int64_t integer;
            double number;
        };
        using compute_type = results(std::int64_t, std::int64_t, int, int, std::int64_t, double, double, double);
        const auto number = static_cast<double>(i);
        const results found = frame_.as<compute_type>()(i, 3, 0, 0, 5, number, 0, 7);
        return found.integer == i * 3 + 5 && found.number == number * 2 + 7;
    }

  private:
    static void compute(cpu &cpu) {
        cpu.RAX.i = cpu.RDI.i * cpu.RSI.i + cpu.R8.i;
        cpu.XMM[0].lo.f = cpu.XMM[0].lo.f * 2 + cpu.XMM[2].lo.f;
    }
#else
    bool right(std::int64_t i) const {
        const auto first = static_cast<int>(i);
        return frame_.as<double(int, int, double)>()(first, 3, 0.25) == first * 3 + 0.25 * 2;
    }

  private:
    static void compute(cpu &cpu) {
        double number;
        std::memcpy(&number, static_cast<int *>(cpu.ESP.p) + 3, sizeof(number));
        const std::intptr_t product = native_argument(&cpu, 0) * native_argument(&cpu, 1);
        native_return_double(&cpu, static_cast<double>(product) + number * 2);
    }
#endif

    frame frame_;
};

// A signal handler that calls a further frame.
class signal_frame {
  public:
    explicit signal_frame(level captured) : inner_(captured), outer_([this](cpu &cpu) { handle(cpu); }, captured) {}

    void (*function() const)(int) { return outer_.as<void(int)>(); }
    int count() const { return count_; }
    int wrong() const { return wrong_; }

  private:
    void handle(const cpu &cpu) {
        last_ = static_cast<int>(native_argument(&cpu, 0));
        wrong_ += !inner_.right(++count_);
    }

    arithmetic inner_;
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
    const arithmetic legacy(level::legacy), all(level::all);
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

// Runs function, with a call of handler as the signal handler before each of its instructions.
template <class Function>
void interrupt_everywhere(const frame &handler, Function function) {
    constexpr std::uintptr_t trap_flag = 0x100;
    const signal_handler on_trap(SIGTRAP, handler.as<void(int, siginfo_t *, void *)>(), SA_SIGINFO);
    __writeeflags(__readeflags() | trap_flag);
    function();
    __writeeflags(__readeflags() & ~trap_flag);
}

class SignalsEverywhere : public testing::TestWithParam<level> {
  protected:
    void SetUp() override {
        if (thread_sanitizer)
            GTEST_SKIP() << "its run-time library is not re-entrant at every instruction";
    }
};

INSTANTIATE_TEST_SUITE_P(, SignalsEverywhere, testing::ValuesIn(levels),
                         [](const auto &test) { return test.param == level::all ? "all" : "legacy"; });

// In slot, entry and handler, and on the way back.
TEST_P(SignalsEverywhere, in_a_call) {
    const arithmetic called(GetParam()), nested(GetParam());
    std::array<int, 16> in_slot{};
    int steps = 0, wrong = 0;
    const frame handler{[&](cpu &cpu) {
                            const auto *const context = static_cast<const ucontext_t *>(native_pointer(&cpu, 2));
                            const auto rip =
                                static_cast<std::uintptr_t>(context->uc_mcontext.gregs[instruction_register]);
                            if (rip - called.address() < in_slot.size())
                                ++in_slot[rip - called.address()];
                            wrong += !nested.right(++steps);
                        },
                        GetParam()};
    for (const int rounding : {FE_TONEAREST, FE_UPWARD}) { // with x87 initial, and in use
        bool right = false;
        steps = 0;
        in_slot.fill(0);
        std::fesetround(rounding);
        interrupt_everywhere(handler, [&] { right = called.right(1000); });
        EXPECT_EQ(std::fegetround(), rounding);
        std::fesetround(FE_TONEAREST);
        EXPECT_TRUE(right);
        EXPECT_EQ(wrong, 0);
        EXPECT_GT(steps, 100);
        EXPECT_EQ(in_slot, (std::array<int, 16>{1, 0, 0, 0, 1, 0, 0, 0, 0, 1})) << "endbr, push, jmp";
    }
}

// A call is never between the old handler and the new one.
TEST_P(SignalsEverywhere, in_set) {
    cbf_frame *called = nullptr;
    ASSERT_EQ(cbf_frame_new(&called, first_pair.handler, &first_pair.user, static_cast<cbf_level>(GetParam())), CBF_OK);
    mismatches = 0;
    int steps = 0;
    const frame handler{[&](cpu &) {
        ++steps;
        cbf_frame_address(called)();
    }};
    cbf_status status = CBF_NOT_A_SLOT;
    interrupt_everywhere(handler, [&] { status = cbf_frame_set(called, second_pair.handler, &second_pair.user); });
    EXPECT_EQ(status, CBF_OK);
    EXPECT_GT(steps, 20);
    EXPECT_EQ(mismatches, 0U);
    EXPECT_EQ(cbf_frame_free(called), CBF_OK);
}

TEST_P(SignalsEverywhere, set_in_a_call) {
    cbf_frame *called = nullptr;
    ASSERT_EQ(cbf_frame_new(&called, first_pair.handler, &first_pair.user, static_cast<cbf_level>(GetParam())), CBF_OK);
    mismatches = 0;
    int steps = 0, failures = 0;
    const frame handler{[&](cpu &) {
        matching_pair &next = ++steps % 2 != 0 ? second_pair : first_pair;
        failures += cbf_frame_set(called, next.handler, &next.user) != CBF_OK;
    }};
    interrupt_everywhere(handler, cbf_frame_address(called));
    EXPECT_GT(steps, 100);
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(mismatches, 0U);
    EXPECT_EQ(cbf_frame_free(called), CBF_OK);
}

// Memory with an inaccessible page below it.
class guarded_stack {
  public:
    explicit guarded_stack(std::size_t size) : size_((size + 15) / 16 * 16) {
        void *const mapped =
            mmap(nullptr, page + size_ + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        EXPECT_NE(mapped, MAP_FAILED);
        EXPECT_EQ(mprotect(mapped, page, PROT_NONE), 0);
        memory_ = static_cast<unsigned char *>(mapped);
    }
    guarded_stack(const guarded_stack &) = delete;
    guarded_stack &operator=(const guarded_stack &) = delete;
    ~guarded_stack() { munmap(memory_, page + size_ + page); }

    unsigned char *bottom() const { return memory_ + page; }
    unsigned char *top() const { return bottom() + size_; }
    std::size_t size() const { return size_; }
    bool holds(std::uintptr_t address) const { return address - reinterpret_cast<std::uintptr_t>(bottom()) < size_; }

  private:
    static constexpr std::size_t page = 4096;
    std::size_t size_;
    unsigned char *memory_;
};

TEST(Signals, on_the_smallest_alternate_stack) {
    // The kernel's part, cbframe's part, and that of the handler as compiled here.
    const std::size_t handlers = thread_sanitizer ? 65536 : address_sanitizer ? 8192 : 1024;
    const auto kernels = static_cast<std::size_t>(sysconf(_SC_MINSIGSTKSZ));
    for (const level captured : levels) {
        const guarded_stack stack(kernels + cbframe::frame_stack_size(captured) + handlers);
        std::uintptr_t rsp = 0;
        const frame handler{[&rsp](cpu &cpu) { rsp = cpu.GPR[NATIVE_STACK_POINTER].u; }, captured};
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

// ---------------------------------------------------------------- the stack of a call

constexpr std::uintptr_t direction_flag = 0x400;

// Calls address with that RSP, x87 values and flags; all that runs there are slot, entry and handler.
void call_on_stack(const void *address, void *rsp, bool x87_values, std::uintptr_t flags) {
    asm volatile("mov " STACK_POINTER ", %%" KEPT_REGISTER "\n\t"
                 "mov %[rsp], " STACK_POINTER "\n\t"
                 "test %[x87], %[x87]\n\t"
                 "jz 1f\n\t"
                 "fld1\n\t"
                 "fldpi\n"
                 "1:\n\t"
                 "test %[flags], %[flags]\n\t"
                 "jz 2f\n\t"
                 "std\n"
                 "2:\n\t"
                 "call *%[address]\n\t"
                 "cld\n\t"
                 "mov %%" KEPT_REGISTER ", " STACK_POINTER "\n\t"
                 "test %[x87], %[x87]\n\t"
                 "jz 3f\n\t"
                 "fstp %%st(0)\n\t"
                 "fstp %%st(0)\n"
                 "3:\n\t"
                 :
                 : [address] "r"(address), [rsp] "r"(rsp), [x87] "r"(std::uintptr_t{x87_values}),
                   [flags] "r"(flags & direction_flag)
                 : KEPT_REGISTER, "memory", "cc");
}

// How far below rsp a call has written: the memory there held a pattern before.
std::size_t stack_use(const guarded_stack &stack, const cbf_frame *called, unsigned char *rsp, bool x87_values,
                      std::uintptr_t flags) {
    std::size_t most = 0;
    for (const int pattern : {0x5a, 0xa5}) {
        std::memset(stack.bottom(), pattern, stack.size());
        call_on_stack(called, rsp, x87_values, flags);
        const unsigned char *const lowest =
            std::find_if(stack.bottom(), rsp, [&](unsigned char byte) { return byte != pattern; });
        most = std::max(most, static_cast<std::size_t>(rsp - lowest));
    }
    return most;
}

TEST(Stack, a_call_takes_no_more_than_it_says) {
    for (const level captured : levels) {
        const std::size_t promised = cbframe::frame_stack_size(captured);
        const guarded_stack stack(promised + 4096);
        cbf_frame *slot = nullptr;
        ASSERT_EQ(cbf_frame_new(&slot, threads_test_bare_return, nullptr, static_cast<cbf_level>(captured)), CBF_OK);
        std::size_t most = 0;
        for (unsigned char *rsp = stack.top() - 64; rsp < stack.top(); rsp++)
            for (const bool x87_values : {false, true})
                for (const std::uintptr_t flags : {std::uintptr_t{0}, direction_flag})
                    most = std::max(most, stack_use(stack, slot, rsp, x87_values, flags));
        EXPECT_LE(most, promised);
        EXPECT_GE(most + 16, promised) << "says more than it takes";
        EXPECT_EQ(cbf_frame_free(slot), CBF_OK);
    }
}

// ---------------------------------------------------------------- fork

// Runs function in a child and answers whether it said true. A child that hangs is killed.
template <class Function>
bool true_in_child(Function function) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(function() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_FALSE(WIFSIGNALED(status)) << "signal " << WTERMSIG(status);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Byte by byte, the turns of two processes.
class baton {
  public:
    baton() { EXPECT_EQ(pipe(ends_.data()), 0); }
    baton(const baton &) = delete;
    baton &operator=(const baton &) = delete;
    ~baton() {
        close(ends_[0]);
        close(ends_[1]);
    }
    void pass() const { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
    bool take() const {
        char byte = 0;
        return read(ends_[0], &byte, 1) == 1;
    }

  private:
    std::array<int, 2> ends_{};
};

void give_user(cbf_cpu *cpu, void *user) { native_return_pointer(cpu, user); }
void give_negated_user(cbf_cpu *cpu, void *user) { native_return(cpu, -std::bit_cast<std::intptr_t>(user)); }
std::intptr_t call(const cbf_frame *frame) { return reinterpret_cast<std::intptr_t (*)()>(cbf_frame_address(frame))(); }
void *number(std::size_t i) { return std::bit_cast<void *>(i); }

// Makes, calls, changes and frees frames without touching the heap; answers whether all went well.
template <std::size_t count>
bool use_frames() {
    std::array<cbf_frame *, count> frames{};
    bool right = true;
    for (std::size_t i = 0; i < count; i++)
        right &= cbf_frame_new(&frames[i], give_user, number(i), static_cast<cbf_level>(i % 2)) == CBF_OK;
    for (std::size_t i = 0; i < count; i++)
        right &= call(frames[i]) == static_cast<std::intptr_t>(i);
    for (std::size_t i = 0; i < count; i += 3)
        right &= cbf_frame_set(frames[i], give_negated_user, number(i)) == CBF_OK &&
                 call(frames[i]) == -static_cast<std::intptr_t>(i);
    for (std::size_t i = 0; i < count; i++)
        right &= cbf_frame_free(frames[i]) == CBF_OK && cbf_frame_free(frames[i]) == CBF_FREED;
    return right;
}

class frames_for_a_test {
  public:
    explicit frames_for_a_test(std::size_t count) {
        for (std::size_t i = 0; i < count; i++) {
            frames_.push_back(nullptr);
            EXPECT_EQ(cbf_frame_new(&frames_.back(), give_user, number(i), static_cast<cbf_level>(i % 2)), CBF_OK);
        }
    }
    frames_for_a_test(const frames_for_a_test &) = delete;
    frames_for_a_test &operator=(const frames_for_a_test &) = delete;
    ~frames_for_a_test() {
        for (cbf_frame *const frame : frames_)
            cbf_frame_free(frame);
    }

    // Gives some another handler and frees others.
    bool change() const {
        bool right = true;
        for (std::size_t i = 0; i < frames_.size(); i += 2)
            right &= cbf_frame_set(frames_[i], give_negated_user, number(i)) == CBF_OK;
        for (std::size_t i = 1; i < frames_.size(); i += 2)
            right &= cbf_frame_free(frames_[i]) == CBF_OK;
        return right;
    }
    bool are_unchanged() const {
        bool right = true;
        for (std::size_t i = 0; i < frames_.size(); i++)
            right &= call(frames_[i]) == static_cast<std::intptr_t>(i);
        return right;
    }
    bool are_changed() const {
        bool right = true;
        for (std::size_t i = 0; i < frames_.size(); i += 2)
            right &= call(frames_[i]) == -static_cast<std::intptr_t>(i);
        for (std::size_t i = 1; i < frames_.size(); i += 2)
            right &= cbf_frame_free(frames_[i]) == CBF_FREED;
        return right;
    }

  private:
    std::vector<cbf_frame *> frames_;
};

TEST(Fork, what_the_child_changes_the_parent_does_not_see) {
    const frames_for_a_test frames(10'000); // in the image's pages, and in those of a further mapping
    const std::size_t live = cbframe::pool_stats().live;
    EXPECT_TRUE(true_in_child([&] {
        return cbframe::pool_stats().live == live && frames.are_unchanged() && frames.change() &&
               frames.are_changed() && cbframe::pool_stats().live == live - 5000 && use_frames<3000>();
    }));
    EXPECT_EQ(cbframe::pool_stats().live, live);
    EXPECT_TRUE(frames.are_unchanged());
}

TEST(Fork, what_the_parent_changes_the_child_does_not_see) {
    const frames_for_a_test frames(10'000);
    const baton changed;
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        const bool right = changed.take() && frames.are_unchanged() && frames.change() && frames.are_changed();
        _exit(right && use_frames<3000>() ? 0 : 1);
    }
    EXPECT_TRUE(frames.change());
    EXPECT_TRUE(use_frames<3000>());
    changed.pass();
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(frames.are_changed());
}

TEST(Fork, in_a_handler) {
    for (const level captured : levels) {
        const frame f{[](cpu &cpu) { native_return(&cpu, fork()); }, captured};
        const int child = f.as<int()>()();
        if (child == 0)
            _exit(use_frames<100>() ? 0 : 1);
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
}

TEST(Fork, while_threads_use_the_pool) {
    // A sanitizer's heap may be locked in the child for good. It needs none if slots wait for reuse.
    if (sanitizer)
        const frames_for_a_test freed_at_once(40'000);
    const frames_for_a_test frames(1000);
    std::vector<std::unique_ptr<frames_for_a_test>> more;
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0, started = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; i++)
        threads.emplace_back([&] {
            wrong += !use_frames<10>();
            ++started;
            while (!done)
                wrong += !use_frames<10>();
        });
    while (started != 2) // a sanitizer locks more while a thread starts
        std::this_thread::yield();
    for (int i = 0; i < (sanitizer ? 50 : 200) && !HasFailure(); i++) {
        if (!sanitizer) // the pool grows now and then
            more.push_back(std::make_unique<frames_for_a_test>(40));
        EXPECT_TRUE(true_in_child([&] {
            return frames.are_unchanged() && frames.change() && frames.are_changed() && use_frames<500>();
        })) << "fork "
            << i;
    }
    done = true;
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_TRUE(frames.are_unchanged());
}

} // namespace
