// Calls on other threads than that of a Lua state, without Lua: what lies between the threads.
#include "calls.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace {

using cbf_lua::calls;

constexpr int threads = 8, many = 10'000;

/// Runs f(number) on so many threads, and `meanwhile` on this one until they have ended.
template <class F, class G>
void on_threads(F f, G meanwhile) {
    std::atomic<int> running = threads;
    std::vector<std::thread> started;
    for (int i = 0; i < threads; ++i)
        started.emplace_back([&, i] {
            f(i);
            --running;
        });
    while (running.load() > 0)
        meanwhile();
    for (std::thread &each : started)
        each.join();
    meanwhile();
}

std::unique_ptr<calls::callback> callback_of(calls &of, double timeout = -1) {
    auto made = std::make_unique<calls::callback>();
    made->of = &of;
    made->timeout = timeout;
    return made;
}

void run_all(calls &of, void (*run)(calls::callback &, void *)) {
    for (std::uint32_t i = of.gather(); i > 0; --i)
        of.run_next(run);
    of.rest();
}

/// Sleeps until so many calls are queued.
void await(calls &of, std::uint32_t count) {
    while (of.gather() < count)
        std::this_thread::yield();
}

// The queue -------------------------------------------------------------------------------------

TEST(queue, what_a_thread_puts_in_comes_out_in_its_order) {
    struct numbered : cbf_lua::queued {
        int thread, number;
    };
    std::vector<std::vector<numbered>> all(threads, std::vector<numbered>(many));
    std::array<int, threads> next{};
    cbf_lua::queue queue;
    on_threads(
        [&](int thread) {
            for (int i = 0; i < many; ++i) {
                numbered &each = all[static_cast<std::size_t>(thread)][static_cast<std::size_t>(i)];
                each.thread = thread;
                each.number = i;
                ASSERT_TRUE(queue.put(each));
            }
        },
        [&] {
            for (cbf_lua::queued *each = queue.take(); each != nullptr; each = each->next) {
                const auto &found = static_cast<const numbered &>(*each);
                ASSERT_EQ(found.number, next[static_cast<std::size_t>(found.thread)]++);
            }
        });
    for (const int each : next)
        EXPECT_EQ(each, many);
}

TEST(queue, takes_nothing_when_it_is_closed) {
    cbf_lua::queue queue;
    cbf_lua::queued first{nullptr}, second{nullptr}, third{nullptr};
    EXPECT_TRUE(queue.put(first));
    EXPECT_TRUE(queue.put(second));
    EXPECT_EQ(queue.close(), &first);
    EXPECT_EQ(first.next, &second);
    EXPECT_EQ(second.next, nullptr);
    EXPECT_FALSE(queue.put(third));
}

// Cells -----------------------------------------------------------------------------------------

TEST(cells, none_is_taken_twice) {
    constexpr std::uint32_t count = 2 * threads;
    cbf_lua::cells cells(count, 16);
    std::atomic<int> in_vain = 0;
    on_threads(
        [&](int thread) {
            for (int i = 0; i < many; ++i) {
                std::array<void *, 3> own{};
                for (void *&cell : own) {
                    if ((cell = cells.take()) == nullptr)
                        ++in_vain;
                    else
                        std::memset(cell, thread, cells.size());
                }
                for (void *const cell : own) {
                    if (cell == nullptr)
                        continue;
                    unsigned char byte;
                    std::memcpy(&byte, cell, 1);
                    ASSERT_EQ(byte, thread);
                    cells.give(cell);
                }
            }
        },
        [] { std::this_thread::yield(); });
    for (std::uint32_t i = 0; i < count; ++i)
        EXPECT_NE(cells.take(), nullptr);
    EXPECT_EQ(cells.take(), nullptr);
    cells.reset();
    EXPECT_NE(cells.take(), nullptr);
}

TEST(cells, may_be_none) { EXPECT_EQ(cbf_lua::cells(0, 16).take(), nullptr); }

// Waiting ---------------------------------------------------------------------------------------

TEST(calls, those_that_wait_get_their_results) {
    const auto queued = calls::make();
    const auto callback = callback_of(*queued);
    on_threads(
        [&](int) {
            for (int i = 0; i < many / 10; ++i) {
                int number = i;
                ASSERT_EQ(queued->wait(*callback, &number), calls::outcome::run);
                ASSERT_EQ(number, i + 1);
            }
        },
        [&] {
            queued->sleep(0.01);
            run_all(*queued, [](calls::callback &, void *what) { ++*static_cast<int *>(what); });
        });
}

TEST(calls, those_that_wait_too_long_are_given_up) {
    const auto queued = calls::make();
    const auto callback = callback_of(*queued, 0.0001);
    std::atomic<std::uint32_t> given_up = 0;
    std::uint32_t told = 0;
    std::int32_t id = 0;
    on_threads(
        [&](int) {
            for (int i = 0; i < 200; ++i) {
                int number = i;
                const bool has_run = queued->wait(*callback, &number) == calls::outcome::run;
                given_up += !has_run;
                ASSERT_EQ(number, has_run ? i + 1 : i);
            }
        },
        [&] {
            queued->sleep(0.0005);
            run_all(*queued, [](calls::callback &, void *what) { ++*static_cast<int *>(what); });
            told += queued->take_late(id);
        });
    EXPECT_EQ(told, given_up.load());
}

TEST(calls, a_freed_callback_answers_those_that_wait) {
    const auto queued = calls::make();
    auto freed = callback_of(*queued), other = callback_of(*queued);
    std::atomic<int> not_run = 0;
    bool has_freed = false;
    on_threads(
        [&](int thread) {
            int number = 0;
            not_run += queued->wait(thread % 2 == 0 ? *freed : *other, &number) == calls::outcome::not_run;
        },
        [&] {
            if (!has_freed)
                await(*queued, threads);
            if (!std::exchange(has_freed, true))
                queued->remove(std::move(freed));
            run_all(*queued, [](calls::callback &, void *what) { ++*static_cast<int *>(what); });
        });
    EXPECT_EQ(not_run.load(), threads / 2);
}

TEST(calls, closing_answers_all) {
    const auto queued = calls::make();
    const auto callback = callback_of(*queued);
    std::atomic<bool> has_closed = false;
    on_threads(
        [&](int) {
            int number = 0;
            calls::outcome how;
            while ((how = queued->wait(*callback, &number)) == calls::outcome::run) {
            }
            while (how != calls::outcome::closed)
                how = queued->wait(*callback, &number);
        },
        [&] {
            if (has_closed)
                return;
            for (int i = 0; i < 100; ++i)
                run_all(*queued, [](calls::callback &, void *what) { ++*static_cast<int *>(what); });
            queued->close();
            has_closed = true;
        });
}

// Copies ----------------------------------------------------------------------------------------

struct large {
    std::int64_t part[4];
};

using function = void(int thread, double number, large value, float half, const int *number_again);

/// The signature of that, owned by nobody.
cbf_signature *signature_of_function() {
    const cbf_type *array, *record, *pointer;
    EXPECT_EQ(cbf_type_array(&array, cbf_type_basic(CBF_KIND_LONG_LONG), 4), CBF_OK);
    const cbf_field field{"part", array, 0, 0, 0, 0};
    EXPECT_EQ(cbf_type_structure(&record, "large", &field, 1, nullptr), CBF_OK);
    EXPECT_EQ(cbf_type_pointer(&pointer, cbf_type_basic(CBF_KIND_INT)), CBF_OK);
    const cbf_type *const parameters[] = {cbf_type_basic(CBF_KIND_INT), cbf_type_basic(CBF_KIND_DOUBLE), record,
                                          cbf_type_basic(CBF_KIND_FLOAT), pointer};
    cbf_signature *made = nullptr;
    EXPECT_EQ(cbf_signature_new(&made, nullptr, parameters, 5, 0, cbf_convention_native()), CBF_OK);
    cbf_type_free(array);
    cbf_type_free(record);
    cbf_type_free(pointer);
    return made;
}

/// An argument by its place, as generated code reads it.
template <class T>
T argument(const cbf_signature *signature, void *arguments, std::ptrdiff_t index) {
    cbf_place place{};
    EXPECT_EQ(cbf_signature_place(signature, index, &place), CBF_OK);
    const char *const state = static_cast<const char *>(arguments);
    const char *stack, *address;
    std::memcpy(&stack, state + sizeof(void *), sizeof(stack));
    const bool in_state = place.base == CBF_BASE_ARGUMENTS || place.base == CBF_BASE_POINTER;
    const char *const at = (in_state ? state : stack) + place.offset;
    std::memcpy(&address, at, sizeof(address));
    T value;
    std::memcpy(&value, place.base == CBF_BASE_ARGUMENTS || place.base == CBF_BASE_STACK ? at : address, sizeof(value));
    return value;
}

const cbf_signature *signature;
std::array<std::atomic<int>, threads> seen;

void check(calls::callback &, void *arguments) {
    std::atomic<int> &number = seen[static_cast<std::size_t>(argument<int>(signature, arguments, 0))];
    const auto value = argument<large>(signature, arguments, 2);
    EXPECT_EQ(argument<double>(signature, arguments, 1), number.load() + 0.5);
    EXPECT_EQ(value.part[0], number.load());
    EXPECT_EQ(value.part[3], -number.load());
    EXPECT_EQ(argument<float>(signature, arguments, 3), 0.25f);
    EXPECT_EQ(*argument<const int *>(signature, arguments, 4), number.load());
    ++number;
}

TEST(calls, those_that_nobody_waits_for_are_copied) {
    const auto queued = calls::make();
    const auto callback = callback_of(*queued);
    cbf_signature *const made = signature_of_function();
    signature = made;
    callback->copy.emplace(signature);
    queued->limit(threads);
    queued->make_room_for(*callback);
    const auto post = [](cbf_arguments *arguments, void *user) {
        auto &posted = *static_cast<calls::callback *>(user);
        posted.of->post(posted, arguments);
    };
    cbf_closure *closure;
    ASSERT_EQ(cbf_closure_new(&closure, signature, post, callback.get()), CBF_OK);
    auto *const f = reinterpret_cast<function *>(cbf_closure_address(closure));
    on_threads(
        [&](int thread) {
            for (int i = 0; i < many / 100; ++i) {
                f(thread, i + 0.5, {{i, 0, 0, -i}}, 0.25f, &i);
                while (seen[static_cast<std::size_t>(thread)].load() == i)
                    std::this_thread::yield();
            }
        },
        [&] { run_all(*queued, check); });
    EXPECT_EQ(queued->dropped(), 0u);
    EXPECT_EQ(callback->under_way.load(), 0u);
    f(0, seen[0].load() + 0.5, {}, 0, nullptr);
    queued->limit(0);
    f(0, 0, {}, 0, nullptr);
    EXPECT_EQ(queued->dropped(), 1u);
    queued->close();
    EXPECT_EQ(callback->under_way.load(), 0u);
    cbf_closure_free(closure);
    cbf_signature_free(made);
}

} // namespace
