// A C++ frame beside its registers: what can be a handler, how long it lives, where the frame may go.
#include <cbframe/error_code.hpp>
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include "native.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <pthread.h>

namespace {

using cbframe::cpu;
using cbframe::errc;
using cbframe::frame;
using cbframe::level;

// As a C compiler reads int f(int).
int argument(const cpu &cpu) { return static_cast<int>(native_argument(&cpu, 0)); }
void answer(cpu &cpu, std::intptr_t value) { native_return(&cpu, value); }

std::size_t live() { return cbframe::pool_stats().live; }

// How often a callable was made and destroyed.
struct life {
    int made = 0;
    int destroyed = 0;
    int alive() const { return made - destroyed; }
};

// Part of a callable that tells its life; the string makes a leak or a late use visible to sanitizers.
class witness {
  public:
    explicit witness(life &of) : life_(&of) { ++life_->made; }
    witness(const witness &other) : life_(other.life_), text_(other.text_) { ++life_->made; }
    witness(witness &&other) noexcept : life_(other.life_), text_(other.text_) { ++life_->made; }
    witness &operator=(const witness &) = delete;
    ~witness() { ++life_->destroyed; }
    bool intact() const { return text_ == std::string(100, 'w'); }

  private:
    life *life_;
    std::string text_ = std::string(100, 'w');
};

template <class Function>
std::error_code error_of(Function &&function) {
    try {
        function();
    } catch (const cbframe::error &error) {
        return error.code();
    }
    return {};
}

// ---------------------------------------------------------------- any callable

void add_one(cpu &cpu) { answer(cpu, argument(cpu) + 1); }

TEST(FrameCallable, captureless_lambda) {
    const frame f{[](cpu &cpu) { answer(cpu, argument(cpu) + 1); }};
    EXPECT_EQ(f.as<int(int)>()(41), 42);
}

TEST(FrameCallable, function_and_pointer_to_function) {
    const frame by_name{add_one};
    EXPECT_EQ(by_name.as<int(int)>()(41), 42);
    void (*const pointer)(cpu &) = add_one;
    const frame by_pointer{pointer};
    EXPECT_EQ(by_pointer.as<int(int)>()(-1), 0);
}

TEST(FrameCallable, function_that_takes_the_c_struct) {
    const frame f{[](cbf_cpu &cpu) { native_return(&cpu, 7); }};
    EXPECT_EQ(f.as<int()>()(), 7);
}

TEST(FrameCallable, one_reference_captured) {
    int calls = 0;
    const frame f{[&](cpu &cpu) { answer(cpu, ++calls); }};
    EXPECT_EQ(f.as<int()>()(), 1);
    EXPECT_EQ(f.as<int()>()(), 2);
    EXPECT_EQ(calls, 2);
}

TEST(FrameCallable, small_values_captured) {
    const frame a_byte{[c = 'x'](cpu &cpu) { answer(cpu, c); }};
    EXPECT_EQ(a_byte.as<int()>()(), 'x');
    const frame two{[x = 1 << 30, y = -2](cpu &cpu) { answer(cpu, x + y); }};
    EXPECT_EQ(two.as<int()>()(), (1 << 30) - 2);
    const frame a_double{[d = 0.5](cpu &cpu) { native_return_double(&cpu, native_double(&cpu) * d); }};
    EXPECT_EQ(a_double.as<double(double)>()(3.0), 1.5);
}

TEST(FrameCallable, large_captures) {
    std::array<int, 1000> numbers{};
    std::iota(numbers.begin(), numbers.end(), 0);
    const frame f{[numbers](cpu &cpu) { answer(cpu, numbers[static_cast<std::size_t>(argument(cpu))]); }};
    numbers.fill(-1);
    for (int i = 0; i < 1000; i++)
        ASSERT_EQ(f.as<int(int)>()(i), i);
}

TEST(FrameCallable, overaligned_captures) {
    struct alignas(128) aligned {
        int value;
    };
    const frame f{[a = aligned{5}](cpu &cpu) {
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&a) % alignof(aligned), 0U);
        answer(cpu, a.value);
    }};
    EXPECT_EQ(f.as<int()>()(), 5);
}

TEST(FrameCallable, mutable_state_is_kept_across_calls) {
    const frame small{[calls = 0](cpu &cpu) mutable { answer(cpu, ++calls); }};
    const frame large{[calls = std::array<int, 100>()](cpu &cpu) mutable { answer(cpu, ++calls[99]); }};
    for (int i = 1; i <= 10; i++) {
        EXPECT_EQ(small.as<int()>()(), i);
        EXPECT_EQ(large.as<int()>()(), i);
    }
}

TEST(FrameCallable, std_function) {
    std::function<void(cpu &)> function = [text = std::string(1000, 'x')](cpu &cpu) {
        answer(cpu, static_cast<std::intptr_t>(text.size()));
    };
    const frame copied{function};
    EXPECT_TRUE(function);
    EXPECT_EQ(copied.as<int()>()(), 1000);
    const frame moved{std::move(function)};
    EXPECT_EQ(moved.as<int()>()(), 1000);
    EXPECT_EQ(copied.as<int()>()(), 1000);
}

TEST(FrameCallable, move_only) {
    auto number = std::make_unique<int>(42);
    frame f{[number = std::move(number)](cpu &cpu) { answer(cpu, *number); }};
    EXPECT_EQ(f.as<int()>()(), 42);
    f.set([number = std::make_unique<int>(43)](cpu &cpu) { answer(cpu, *number); });
    EXPECT_EQ(f.as<int()>()(), 43);
}

TEST(FrameCallable, functors) {
    struct constant {
        int value;
        void operator()(cpu &cpu) const { answer(cpu, value); }
    };
    struct changing {
        int value;
        void operator()(cpu &cpu) { answer(cpu, value++); }
    };
    const frame by_value{constant{3}};
    EXPECT_EQ(by_value.as<int()>()(), 3);
    const constant named{4};
    const frame by_const_name{named};
    EXPECT_EQ(by_const_name.as<int()>()(), 4);
    const frame with_state{changing{5}};
    EXPECT_EQ(with_state.as<int()>()(), 5);
    EXPECT_EQ(with_state.as<int()>()(), 6);
}

TEST(FrameCallable, reference_wrapper_shares_the_object) {
    struct counter {
        int calls = 0;
        void operator()(cpu &) { ++calls; }
    } counted;
    const frame f{std::ref(counted)};
    f.as<void()>()();
    f.as<void()>()();
    EXPECT_EQ(counted.calls, 2);
}

TEST(FrameCallable, what_a_handler_returns_is_ignored) {
    const frame f{[](cpu &cpu) {
        answer(cpu, 1);
        return std::string(100, 'x');
    }};
    EXPECT_EQ(f.as<int()>()(), 1);
}

TEST(FrameCallable, named_callable_is_copied_temporary_is_moved) {
    life counted;
    const auto handler = [w = witness(counted)](cpu &cpu) { answer(cpu, w.intact()); };
    const int before = counted.alive();
    {
        const frame f{handler};
        EXPECT_EQ(counted.alive(), before + 1);
        EXPECT_TRUE(f.as<bool()>()());
    }
    EXPECT_EQ(counted.alive(), before);
}

static_assert(!std::is_copy_constructible_v<frame> && !std::is_copy_assignable_v<frame>);
static_assert(std::is_nothrow_move_constructible_v<frame> && std::is_nothrow_move_assignable_v<frame>);
static_assert(std::is_nothrow_default_constructible_v<frame> && std::is_nothrow_destructible_v<frame>);
static_assert(!std::is_constructible_v<frame, frame &> && !std::is_constructible_v<frame, const frame &>);
static_assert(!cbframe::frame_handler<int> && !cbframe::frame_handler<void (*)()>);
static_assert(!cbframe::frame_handler<void (*)(cpu &, void *)>);
static_assert(!std::is_convertible_v<void (*)(cpu &), frame>);
static_assert(sizeof(frame) == 2 * sizeof(void *));

// ---------------------------------------------------------------- address and signature

TEST(FrameCallable, null_is_none) {
    EXPECT_THROW(frame(static_cast<void (*)(cpu &)>(nullptr)), cbframe::error);
    EXPECT_THROW(frame(static_cast<void (*)(cbf_cpu &)>(nullptr)), cbframe::error);
    EXPECT_THROW(frame(std::function<void(cpu &)>()), cbframe::error);
    frame live([](cpu &) {});
    EXPECT_THROW(live.set(static_cast<void (*)(cpu &)>(nullptr)), cbframe::error);
    live.as<void()>()();
}

TEST(FrameCallable, the_cpu_is_not_copied) {
    static_assert(!std::is_copy_constructible_v<cpu> && !std::is_copy_assignable_v<cpu>);
    static_assert(std::is_constructible_v<cbf_cpu, cpu &>);
    static_assert(cbframe::frame_handler<void (*)(const cpu &)>);
    static_assert(!cbframe::frame_handler<void (*)(cpu)> && !cbframe::frame_handler<void (*)(cbf_cpu)>);
}

TEST(FrameAddress, as_any_signature) {
    const frame f{[](cpu &cpu) { answer(cpu, argument(cpu) + native_argument(&cpu, 1)); }};
    const frame one_more{[](cpu &cpu) { native_return_double(&cpu, native_double(&cpu) + 1); }};
    static_assert(std::is_same_v<decltype(f.as<int(int, int)>()), int (*)(int, int)>);
    static_assert(std::is_same_v<decltype(f.as<void() noexcept>()), void (*)() noexcept>);
    EXPECT_EQ(f.as<int(int, int)>()(40, 2), 42);
    EXPECT_EQ(one_more.as<double(double)>()(1.5), 2.5);
    EXPECT_EQ(f.as<int(int, int) noexcept>()(4, 5), 9);
    EXPECT_EQ(f.as<int(int, ...)>()(6, 7), 13);
    EXPECT_EQ(reinterpret_cast<void *>(f.as<void()>()), f.address());
}

TEST(FrameAddress, every_live_frame_has_its_own) {
    std::vector<frame> frames;
    std::vector<void *> addresses;
    for (int i = 0; i < 1000; i++) {
        frames.emplace_back([i](cpu &cpu) { answer(cpu, i); });
        addresses.push_back(frames.back().address());
    }
    for (std::size_t i = 0; i < 1000; i++) {
        EXPECT_EQ(frames[i].address(), addresses[i]); // the vector has moved them
        EXPECT_EQ(frames[i].as<int()>()(), static_cast<int>(i));
    }
    std::ranges::sort(addresses);
    EXPECT_EQ(std::ranges::adjacent_find(addresses), addresses.end());
}

TEST(FrameAddress, default_constructed_is_none) {
    frame none;
    EXPECT_FALSE(none);
    EXPECT_EQ(none.address(), nullptr);
    EXPECT_EQ(none.as<void()>(), nullptr);
    EXPECT_EQ(error_of([&] { none.set([](cpu &) {}); }), errc::not_a_slot);
    EXPECT_EQ(error_of([&] { none.set([text = std::string(100, 'x')](cpu &) {}); }), errc::not_a_slot);
    EXPECT_FALSE(none);
    none = frame{add_one};
    EXPECT_TRUE(none);
    EXPECT_EQ(none.as<int(int)>()(1), 2);
}

TEST(FrameAddress, level_decides_what_is_captured) {
    const auto wide = [](cpu &cpu) { answer(cpu, cpu.wide != nullptr); };
    EXPECT_FALSE(frame{wide}.as<bool()>()());
    EXPECT_FALSE((frame{wide, level::legacy}.as<bool()>()()));
    EXPECT_TRUE((frame{wide, level::all}.as<bool()>()()));
    frame f{add_one, level::all};
    f.set(wide);
    EXPECT_TRUE(f.as<bool()>()()) << "set() keeps the level";
}

// In docs/how-a-call-travels.md; that a call takes so much, and no more, threads_test measures.
TEST(FrameAddress, stack_size_is_as_documented) {
    EXPECT_EQ(cbf_frame_stack_size(CBF_LEVEL_LEGACY), std::size_t{NATIVE_FRAME_STACK});
    EXPECT_EQ(cbf_frame_stack_size(CBF_LEVEL_ALL), std::size_t{NATIVE_FRAME_STACK_OF_ALL});
}

TEST(FrameAddress, stack_size_is_that_of_the_c_api) {
    EXPECT_EQ(cbframe::frame_stack_size(level::legacy), cbf_frame_stack_size(CBF_LEVEL_LEGACY));
    EXPECT_EQ(cbframe::frame_stack_size(level::all), cbf_frame_stack_size(CBF_LEVEL_ALL));
}

// ---------------------------------------------------------------- moves

TEST(FrameMove, construction) {
    life counted;
    const std::size_t before = live();
    frame from{[w = witness(counted)](cpu &cpu) { answer(cpu, w.intact()); }};
    auto *const call = from.as<bool()>();
    {
        const frame to{std::move(from)};
        EXPECT_FALSE(from); // NOLINT: what a moved-from frame is, is documented
        EXPECT_EQ(from.address(), nullptr);
        EXPECT_EQ(to.as<bool()>(), call);
        EXPECT_TRUE(call());
        EXPECT_EQ(counted.alive(), 1);
        EXPECT_EQ(live(), before + 1);
    }
    EXPECT_EQ(counted.alive(), 0);
    EXPECT_EQ(live(), before);
}

TEST(FrameMove, assignment_frees_what_was_there) {
    life old, fresh;
    const std::size_t before = live();
    frame to{[w = witness(old)](cpu &) {}};
    frame from{[w = witness(fresh)](cpu &cpu) { answer(cpu, w.intact()); }};
    auto *const call = from.as<bool()>();
    to = std::move(from);
    EXPECT_EQ(old.alive(), 0);
    EXPECT_EQ(fresh.alive(), 1);
    EXPECT_EQ(live(), before + 1);
    EXPECT_EQ(to.as<bool()>(), call);
    EXPECT_TRUE(call());
    to = frame{};
    EXPECT_FALSE(to);
    EXPECT_EQ(fresh.alive(), 0);
    EXPECT_EQ(live(), before);
}

TEST(FrameMove, to_itself) {
    life counted;
    frame f{[w = witness(counted)](cpu &cpu) { answer(cpu, w.intact()); }};
    frame &same = f;
    f = std::move(same);
    EXPECT_TRUE(f);
    EXPECT_EQ(counted.alive(), 1);
    EXPECT_TRUE(f.as<bool()>()());
    frame none, &also_none = none;
    none = std::move(also_none);
    EXPECT_FALSE(none);
}

TEST(FrameMove, swap) {
    frame one{[](cpu &cpu) { answer(cpu, 1); }};
    frame two{[n = std::make_unique<int>(2)](cpu &cpu) { answer(cpu, *n); }};
    auto *const first = one.as<int()>();
    std::swap(one, two);
    EXPECT_EQ(two.as<int()>(), first);
    EXPECT_EQ(one.as<int()>()(), 2);
    EXPECT_EQ(two.as<int()>()(), 1);
}

TEST(FrameMove, by_its_own_handler) {
    life counted;
    frame home, f;
    f = frame{[&, w = witness(counted)](cpu &cpu) {
        home = std::move(f);
        answer(cpu, w.intact());
    }};
    auto *const call = f.as<bool()>();
    EXPECT_TRUE(call());
    EXPECT_EQ(home.as<bool()>(), call);
    EXPECT_EQ(counted.alive(), 1);
}

// ---------------------------------------------------------------- set

TEST(FrameSet, same_address_other_handler) {
    frame f{[](cpu &cpu) { answer(cpu, 1); }};
    auto *const call = f.as<int()>();
    const std::size_t before = live();
    EXPECT_EQ(call(), 1);
    f.set([n = std::make_unique<int>(2)](cpu &cpu) { answer(cpu, *n); });
    EXPECT_EQ(call(), 2);
    f.set([numbers = std::array<int, 100>{3}](cpu &cpu) { answer(cpu, numbers[0]); });
    EXPECT_EQ(call(), 3);
    f.set([](cpu &cpu) { answer(cpu, 4); });
    EXPECT_EQ(call(), 4);
    EXPECT_EQ(f.as<int()>(), call);
    EXPECT_EQ(live(), before);
}

TEST(FrameSet, old_handler_dies_at_once) {
    life old, fresh;
    frame f{[w = witness(old)](cpu &) {}};
    EXPECT_EQ(old.alive(), 1);
    f.set([w = witness(fresh)](cpu &) {});
    EXPECT_EQ(old.alive(), 0);
    EXPECT_EQ(fresh.alive(), 1);
    f.set(add_one);
    EXPECT_EQ(fresh.alive(), 0);
}

TEST(FrameSet, moved_from) {
    frame from{add_one};
    const frame to{std::move(from)};
    life counted;
    EXPECT_EQ(error_of([&] { from.set([w = witness(counted)](cpu &) {}); }), errc::not_a_slot); // NOLINT
    EXPECT_EQ(counted.alive(), 0);
    EXPECT_EQ(to.as<int(int)>()(1), 2);
}

// ---------------------------------------------------------------- the life of a callable

TEST(FrameLife, idle_callable_dies_once_and_with_the_frame) {
    life counted;
    {
        const frame f{[w = witness(counted)](cpu &cpu) { answer(cpu, w.intact()); }};
        for (int i = 0; i < 3; i++)
            EXPECT_TRUE(f.as<bool()>()());
        EXPECT_EQ(counted.alive(), 1);
    }
    EXPECT_EQ(counted.alive(), 0);
}

// Lives in a frame's callable; its destructor uses the pool as any other code may.
class pool_user {
  public:
    explicit pool_user(int &result) : result_(&result) {}
    pool_user(pool_user &&other) noexcept
        : result_(std::exchange(other.result_, nullptr)), owned_(std::move(other.owned_)) {}
    ~pool_user() {
        if (result_ == nullptr)
            return;
        owned_ = frame{add_one};
        *result_ = owned_.as<int(int)>()(9);
    }

  private:
    int *result_;
    frame owned_{add_one};
};

TEST(FrameLife, destructor_of_a_callable_may_use_frames) {
    const std::size_t before = live();
    int result = 0;
    frame f{[user = pool_user(result)](cpu &) {}};
    EXPECT_EQ(live(), before + 2);
    f.set([user = pool_user(result)](cpu &) {});
    EXPECT_EQ(result, 10);
    result = 0;
    f = frame{};
    EXPECT_EQ(result, 10);
    EXPECT_EQ(live(), before);
}

TEST(FrameLife, frame_inside_a_callable) {
    const std::size_t before = live();
    {
        frame inner{add_one};
        auto *const call = inner.as<int(int)>();
        const frame outer{[inner = std::move(inner)](cpu &cpu) { answer(cpu, inner.as<int(int)>()(argument(cpu))); }};
        EXPECT_EQ(outer.as<int(int)>()(1), 2);
        EXPECT_EQ(call(2), 3);
    }
    EXPECT_EQ(live(), before);
}

// ---------------------------------------------------------------- a frame in its own handler

TEST(FrameInItself, destroyed) {
    life counted;
    const std::size_t before = live();
    std::optional<frame> f;
    f.emplace([&, w = witness(counted)](cpu &cpu) {
        f.reset();
        EXPECT_EQ(live(), before);
        EXPECT_EQ(counted.alive(), 1);
        answer(cpu, w.intact());
    });
    auto *const call = f->as<bool()>();
    EXPECT_TRUE(call());
    EXPECT_EQ(counted.alive(), 0);
}

TEST(FrameInItself, destroyed_by_a_handler_that_lives_in_the_record) {
    std::optional<frame> f;
    f.emplace([&f](cpu &cpu) {
        f.reset();
        answer(cpu, f.has_value() ? 1 : 2);
    });
    auto *const call = f->as<int()>();
    EXPECT_EQ(call(), 2);
}

TEST(FrameInItself, set) {
    life old, fresh;
    frame f;
    f = frame{[&, w = witness(old)](cpu &cpu) {
        f.set([w = witness(fresh)](cbframe::cpu &inner) { answer(inner, w.intact() ? 2 : -2); });
        EXPECT_EQ(old.alive(), 1);
        answer(cpu, w.intact() ? 1 : -1);
    }};
    auto *const call = f.as<int()>();
    EXPECT_EQ(call(), 1);
    EXPECT_EQ(old.alive(), 0);
    EXPECT_EQ(fresh.alive(), 1);
    EXPECT_EQ(call(), 2);
}

TEST(FrameInItself, set_again_and_again) {
    life counted;
    frame f;
    int last = 0;
    const std::function<void(cpu &, int)> step = [&](cpu &cpu, int n) {
        last = n;
        answer(cpu, n);
        f.set([&, n, w = witness(counted)](cbframe::cpu &state) {
            EXPECT_TRUE(w.intact());
            step(state, n + 1);
            EXPECT_TRUE(w.intact());
        });
    };
    f = frame{[&](cpu &cpu) { step(cpu, 1); }};
    for (int i = 1; i <= 100; i++)
        ASSERT_EQ(f.as<int()>()(), i);
    EXPECT_EQ(last, 100);
    EXPECT_EQ(counted.alive(), 1);
    f = frame{};
    EXPECT_EQ(counted.alive(), 0);
}

TEST(FrameInItself, innermost_of_nested_calls_destroys) {
    life counted;
    std::optional<frame> f;
    int (*call)(int) = nullptr;
    f.emplace([&, w = witness(counted)](cpu &cpu) {
        const int depth = argument(cpu);
        if (depth == 0)
            f.reset();
        else
            EXPECT_EQ(call(depth - 1), depth - 1);
        EXPECT_FALSE(f.has_value());
        EXPECT_EQ(counted.alive(), 1);
        EXPECT_TRUE(w.intact());
        answer(cpu, depth);
    });
    call = f->as<int(int)>();
    EXPECT_EQ(call(20), 20);
    EXPECT_EQ(counted.alive(), 0);
}

TEST(FrameInItself, a_nested_call_sets_and_the_next_one_destroys) {
    life old, fresh;
    std::optional<frame> f;
    int (*call)(int) = nullptr;
    f.emplace([&, w = witness(old)](cpu &cpu) {
        if (argument(cpu) == 0) {
            f->set([&, v = witness(fresh)](cbframe::cpu &state) {
                f.reset();
                EXPECT_EQ(fresh.alive(), 1);
                answer(state, v.intact() ? 100 : -100);
            });
            answer(cpu, 1);
        } else {
            EXPECT_EQ(call(0), 1);   // sets
            EXPECT_EQ(call(0), 100); // destroys
            EXPECT_EQ(fresh.alive(), 0);
            answer(cpu, 2);
        }
        EXPECT_EQ(old.alive(), 1);
        EXPECT_TRUE(w.intact());
    });
    call = f->as<int(int)>();
    EXPECT_EQ(call(1), 2);
    EXPECT_EQ(old.alive(), 0);
}

TEST(FrameInItself, replaced_by_a_frame_that_takes_its_place) {
    life old, fresh;
    frame f;
    f = frame{[&, w = witness(old)](cpu &cpu) {
        f = frame{[v = witness(fresh)](cbframe::cpu &state) { answer(state, v.intact() ? 2 : -2); }};
        answer(cpu, w.intact() ? 1 : -1);
    }};
    EXPECT_EQ(f.as<int()>()(), 1);
    EXPECT_EQ(old.alive(), 0);
    EXPECT_EQ(f.as<int()>()(), 2);
}

TEST(FrameInItself, owned_by_its_own_handler) {
    life counted;
    const std::size_t before = live();
    auto *const call = [&] {
        auto owner = std::make_unique<frame>();
        frame &self = *owner;
        self = frame{[owner = std::move(owner), w = witness(counted)](cpu &cpu) mutable {
            owner.reset();
            answer(cpu, w.intact());
        }};
        return self.as<bool()>();
    }();
    EXPECT_EQ(live(), before + 1);
    EXPECT_TRUE(call());
    EXPECT_EQ(counted.alive(), 0);
    EXPECT_EQ(live(), before);
}

// ---------------------------------------------------------------- exceptions

TEST(FrameException, handler_throws_to_the_caller) {
    life counted;
    {
        const frame f{[w = witness(counted)](cpu &cpu) {
            if (argument(cpu) != 0)
                throw std::runtime_error(w.intact() ? "thrown" : "broken");
            answer(cpu, 5);
        }};
        for (int i = 0; i < 10; i++) {
            try {
                f.as<int(int)>()(1);
                ADD_FAILURE() << "nothing was thrown";
            } catch (const std::runtime_error &error) {
                EXPECT_STREQ(error.what(), "thrown");
            }
            EXPECT_EQ(f.as<int(int)>()(0), 5);
        }
        EXPECT_EQ(counted.alive(), 1);
    }
    EXPECT_EQ(counted.alive(), 0);
}

TEST(FrameException, through_nested_calls_of_a_frame_destroyed_meanwhile) {
    for (const level level : {level::legacy, level::all}) {
        life counted;
        std::optional<frame> f;
        int (*call)(int) = nullptr;
        const auto handler = [&, w = witness(counted)](cpu &cpu) {
            const int depth = argument(cpu);
            if (depth == 0) {
                f.reset();
                throw depth;
            }
            try {
                call(depth - 1);
            } catch (const int &thrown) {
                EXPECT_EQ(thrown, depth - 1);
                EXPECT_TRUE(w.intact());
                throw depth;
            }
        };
        const int before = counted.alive();
        f.emplace(handler, level);
        call = f->as<int(int)>();
        EXPECT_THROW(call(10), int);
        EXPECT_EQ(counted.alive(), before);
    }
}

// A callable whose copy or move fails, as told.
struct failing {
    explicit failing(life &of) : text(of) {}
    failing(const failing &other) : text(other.text), on_move(other.on_move) { throw std::runtime_error("copy"); }
    failing(failing &&other) : text(other.text), on_move(other.on_move) {
        if (on_move)
            throw std::runtime_error("move");
    }
    void operator()(cpu &cpu) const { answer(cpu, text.intact()); }

    witness text;
    bool on_move = false;
};

TEST(FrameException, copy_constructor_throws) {
    life counted;
    const failing handler(counted);
    const cbf_stats before = cbframe::pool_stats();
    for (int i = 0; i < 1000; i++)
        EXPECT_THROW(frame{handler}, std::runtime_error);
    const cbf_stats after = cbframe::pool_stats();
    EXPECT_EQ(after.live, before.live);
    EXPECT_EQ(after.quarantined, before.quarantined);
    EXPECT_EQ(after.pages, before.pages);
    EXPECT_EQ(counted.alive(), 1);
}

TEST(FrameException, move_constructor_throws) {
    life counted;
    failing handler(counted);
    handler.on_move = true;
    const std::size_t before = live();
    EXPECT_THROW(frame{std::move(handler)}, std::runtime_error);
    EXPECT_EQ(live(), before);
    EXPECT_EQ(counted.alive(), 1);
}

TEST(FrameException, set_that_throws_keeps_the_old_handler) {
    life old, fresh;
    frame f{[w = witness(old)](cpu &cpu) { answer(cpu, w.intact() ? 1 : -1); }};
    const failing handler(fresh);
    EXPECT_THROW(f.set(handler), std::runtime_error);
    EXPECT_EQ(f.as<int()>()(), 1);
    EXPECT_EQ(old.alive(), 1);
    EXPECT_EQ(fresh.alive(), 1);
    f.set(failing(fresh));
    EXPECT_TRUE(f.as<bool()>()());
    EXPECT_EQ(old.alive(), 0);
}

// ---------------------------------------------------------------- who calls

// Runs function on a thread with that much stack.
template <class Function>
void on_stack_of(std::size_t bytes, Function function) {
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, bytes), 0);
    const frame start{[&](cpu &cpu) {
        function();
        answer(cpu, 0);
    }};
    pthread_t thread{};
    ASSERT_EQ(pthread_create(&thread, &attributes, start.as<void *(void *)>(), nullptr), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    pthread_attr_destroy(&attributes);
}

TEST(FrameCaller, recursion_10000_deep) {
    for (const level level : {level::legacy, level::all}) {
        std::intptr_t (*call)(std::intptr_t) = nullptr;
        std::intptr_t damaged = 0;
        const frame f{[&](cpu &cpu) {
                          const std::intptr_t n = native_argument(&cpu, 0);
                          const std::intptr_t below = n == 0 ? 0 : call(n - 1);
                          damaged += native_argument(&cpu, 0) != n;
                          answer(cpu, n + below);
                      },
                      level};
        call = f.as<std::intptr_t(std::intptr_t)>();
        std::int64_t sum = 0;
        on_stack_of(std::size_t{128} << 20, [&] { sum = call(10'000); });
        EXPECT_EQ(sum, 10'000LL * 10'001 / 2);
        EXPECT_EQ(damaged, 0);
    }
}

TEST(FrameCaller, qsort) {
    std::vector<int> numbers(10'000), order(numbers.size()), indices(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); i++)
        numbers[i] = static_cast<int>(i * 7919 % numbers.size()); // a permutation: 7919 is prime
    std::iota(indices.begin(), indices.end(), 0);
    std::size_t calls = 0;
    const frame by_number{[&](cpu &cpu) {
        ++calls;
        const auto at = [&](void *index) { return numbers[static_cast<std::size_t>(*static_cast<int *>(index))]; };
        answer(cpu, at(native_pointer(&cpu, 0)) - at(native_pointer(&cpu, 1)));
    }};
    std::qsort(indices.data(), indices.size(), sizeof(int), by_number.as<int(const void *, const void *)>());
    for (std::size_t i = 0; i < indices.size(); i++)
        ASSERT_EQ(numbers[static_cast<std::size_t>(indices[i])], static_cast<int>(i));
    EXPECT_GE(calls, numbers.size() - 1);
}

TEST(FrameCaller, start_routine_of_threads) {
    int argument = 5, result = 0;
    const frame start{[&](cpu &cpu) {
        result = *static_cast<int *>(native_pointer(&cpu, 0));
        native_return_pointer(&cpu, &result);
    }};
    for (int i = 0; i < 20; i++) {
        argument = i;
        pthread_t thread{};
        ASSERT_EQ(pthread_create(&thread, nullptr, start.as<void *(void *)>(), &argument), 0);
        void *returned = nullptr;
        ASSERT_EQ(pthread_join(thread, &returned), 0);
        EXPECT_EQ(returned, &result);
        EXPECT_EQ(result, i);
    }
}

TEST(FrameCaller, cleanup_handler_and_thread_specific_destructor) {
    std::vector<int> order;
    const frame destructor{[&](cpu &cpu) { order.push_back(*static_cast<int *>(native_pointer(&cpu, 0))); }};
    pthread_key_t key{};
    ASSERT_EQ(pthread_key_create(&key, destructor.as<void(void *)>()), 0);
    int value = 7;
    const frame start{[&](cpu &cpu) {
        pthread_setspecific(key, &value);
        order.push_back(1);
        answer(cpu, 0);
    }};
    pthread_t thread{};
    ASSERT_EQ(pthread_create(&thread, nullptr, start.as<void *(void *)>(), nullptr), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    pthread_key_delete(key);
    EXPECT_EQ(order, (std::vector<int>{1, 7}));
}

// ---------------------------------------------------------------- errors

TEST(FrameError, category) {
    EXPECT_STREQ(cbframe::error_category().name(), "cbframe");
    for (const errc code :
         {errc::invalid_argument, errc::no_memory, errc::no_executable, errc::not_a_slot, errc::freed, errc::busy,
          errc::system_error, errc::bad_type, errc::bad_convention, errc::bad_variadic_type}) {
        const std::error_code error = code;
        EXPECT_TRUE(error);
        EXPECT_EQ(&error.category(), &cbframe::error_category());
        EXPECT_EQ(error.message(), cbf_strerror(static_cast<cbf_status>(code)));
        EXPECT_EQ(error, code);
        EXPECT_NE(std::string(std::system_error(error).what()).find(error.message()), std::string::npos);
    }
    for (const errc bad : {errc::invalid_argument, errc::bad_type, errc::bad_convention, errc::bad_variadic_type})
        EXPECT_EQ(make_error_code(bad), std::errc::invalid_argument);
    EXPECT_EQ(make_error_code(errc::no_memory), std::errc::not_enough_memory);
    EXPECT_EQ(make_error_code(errc::no_executable), std::errc::operation_not_permitted);
    EXPECT_NE(make_error_code(errc::freed), make_error_code(errc::not_a_slot));
}

} // namespace
