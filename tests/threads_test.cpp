// Frames called, made and changed by many threads at once; and the stack that a call takes of whoever calls.
#include "call_on_stack.hpp"
#include "emulator.hpp"
#include "guarded_stack.hpp"
#include "matching_pair.hpp"
#include "native.h"
#include "sanitizers.hpp"

#include "arch/shape.h"

#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace {

using cbframe::cpu;
using cbframe::frame;
using cbframe::level;

constexpr int thread_count = 8;
constexpr level levels[] = {level::legacy, level::all};

std::uint64_t seed() {
    const char *const text = std::getenv("CBFRAME_TEST_SEED");
    const std::uint64_t value = text != nullptr ? std::strtoull(text, nullptr, 0) : std::random_device{}();
    std::cout << "CBFRAME_TEST_SEED=" << value << std::endl;
    return value;
}

// Runs function(0), function(1), ... on as many threads, which start together.
template <class Function>
void on_threads(int count, Function function) {
    std::atomic<int> missing = count; // a std::barrier of mingw's gcc 12 lets a thread sleep on now and then
    std::vector<std::thread> threads;
    for (int i = 0; i < count; i++)
        threads.emplace_back([&, i] {
            --missing;
            while (missing > 0)
                std::this_thread::yield();
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
            wrong += now.capacity != now.pages * POOL_SLOTS || now.bytes != now.pages * 2 * POOL_PAGE_SIZE;
        }
    });
    on_threads(4, [](int thread) { use_own_frames(static_cast<std::uint64_t>(thread), 5000); });
    done = true;
    watcher.join();
    EXPECT_EQ(wrong, 0);
}

// ---------------------------------------------------------------- set while others call

TEST(Threads, handler_and_user_change_as_one) {
    if (!native_changes_as_one())
        GTEST_SKIP() << "this processor has no AVX: it promises no access of 16 bytes at once";
    for (const cbf_level level : {CBF_LEVEL_LEGACY, CBF_LEVEL_ALL}) {
        mismatches = 0;
        cbf_frame *frame = nullptr;
        ASSERT_EQ(cbf_frame_new(&frame, first_pair.handler, &first_pair.user, level), CBF_OK);
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
        const int changes = emulator::is_there() ? 50'000 : sanitizer ? 200'000 : 2'000'000;
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
    for (const level level : levels) {
        const frame multiply{[](cpu &cpu) { native_return(&cpu, native_argument(&cpu, 0) * native_argument(&cpu, 1)); },
                             level};
        const frame add{[](cpu &cpu) { native_return_double(&cpu, native_double(&cpu) + 0.5); }, level};
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

// ---------------------------------------------------------------- the stack of a call

// How far below sp a call has written: the memory there held a pattern before.
std::size_t stack_use(const guarded_stack &stack, const cbf_frame *called, unsigned char *sp, stack_call how) {
    std::size_t most = 0;
    for (const int pattern : {0x5a, 0xa5}) {
        std::memset(stack.bottom(), pattern, stack.size());
        call_on_stack(called, sp, how);
        const unsigned char *const lowest =
            std::find_if(stack.bottom(), sp, [&](unsigned char byte) { return byte != pattern; });
        most = std::max(most, static_cast<std::size_t>(sp - lowest));
    }
    return most;
}

TEST(Stack, a_call_takes_no_more_than_it_says) {
    for (const level level : levels) {
        const std::size_t promised = cbframe::frame_stack_size(level);
        const guarded_stack stack(promised + 4096);
        cbf_frame *slot = nullptr;
        ASSERT_EQ(cbf_frame_new(&slot, bare_return, nullptr, static_cast<cbf_level>(level)), CBF_OK);
        std::size_t most = 0;
        for (unsigned char *sp = stack.top() - 64; sp < stack.top(); sp += NATIVE_STACK_ALIGNMENT)
            for (const stack_call &how : stack_calls)
                most = std::max(most, stack_use(stack, slot, sp, how));
        EXPECT_LE(most, promised);
        EXPECT_GE(most + 16, promised) << "says more than it takes";
        EXPECT_EQ(cbf_frame_free(slot), CBF_OK);
    }
}

} // namespace
