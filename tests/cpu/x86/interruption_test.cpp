// Frames called and changed while a call is interrupted, at each of its instructions: by signals, on Windows by
// exceptions.
#include "arithmetic_frame.hpp"
#include "interruption.hpp"
#include "matching_pair.hpp"
#include "pool/pool.hpp"
#include "sanitizers.hpp"

#include <cbframe/cbframe.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cfenv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace {

using cbframe::cpu;
using cbframe::frame;
using cbframe::level;

constexpr level levels[] = {level::legacy, level::all};

class InterruptedEverywhere : public testing::TestWithParam<level> {
  protected:
    void SetUp() override {
        if (thread_sanitizer)
            GTEST_SKIP() << "its run-time library is not re-entrant at every instruction";
    }
};

INSTANTIATE_TEST_SUITE_P(, InterruptedEverywhere, testing::ValuesIn(levels),
                         [](const auto &test) { return test.param == level::all ? "all" : "legacy"; });

// In slot, entry and handler, and on the way back.
TEST_P(InterruptedEverywhere, in_a_call) {
    const arithmetic_frame target(GetParam()), nested(GetParam());
    std::array<int, 16> in_slot{};
    int steps = 0, wrong = 0;
    const frame handler{[&](cpu &cpu) {
                            const std::uintptr_t offset = interrupted_at(cpu) - target.address();
                            if (offset < in_slot.size())
                                ++in_slot[offset];
                            wrong += !nested.right(++steps);
                        },
                        GetParam()};
    for (const int rounding : {FE_TONEAREST, FE_UPWARD}) { // with x87 initial, and in use
        bool right = false;
        steps = 0;
        in_slot.fill(0);
        std::fesetround(rounding);
        interrupt_everywhere(handler, [&] { right = target.right(1000); });
        EXPECT_EQ(std::fegetround(), rounding);
        std::fesetround(FE_TONEAREST);
        EXPECT_TRUE(right);
        EXPECT_EQ(wrong, 0);
        EXPECT_GT(steps, 100);
        EXPECT_EQ(in_slot, (std::array<int, 16>{1, 0, 0, 0, 1, 0, 0, 0, 0, 1})) << "endbr, push, jmp";
    }
}

// A call is never between the old handler and the new one.
TEST_P(InterruptedEverywhere, in_set) {
    cbf_frame *target = nullptr;
    ASSERT_EQ(cbf_frame_new(&target, first_pair.handler, &first_pair.user, static_cast<cbf_level>(GetParam())), CBF_OK);
    mismatches = 0;
    int steps = 0;
    const frame handler{[&](cpu &) {
        ++steps;
        cbf_frame_address(target)();
    }};
    cbf_status status = CBF_NOT_A_SLOT;
    interrupt_everywhere(handler, [&] { status = cbf_frame_set(target, second_pair.handler, &second_pair.user); });
    EXPECT_EQ(status, CBF_OK);
    EXPECT_GT(steps, 20);
    EXPECT_EQ(mismatches, 0U);
    EXPECT_EQ(cbf_frame_free(target), CBF_OK);
}

TEST_P(InterruptedEverywhere, set_in_a_call) {
    cbf_frame *target = nullptr;
    ASSERT_EQ(cbf_frame_new(&target, first_pair.handler, &first_pair.user, static_cast<cbf_level>(GetParam())), CBF_OK);
    mismatches = 0;
    int steps = 0, failures = 0;
    const frame handler{[&](cpu &) {
        matching_pair &next = ++steps % 2 != 0 ? second_pair : first_pair;
        failures += cbf_frame_set(target, next.handler, &next.user) != CBF_OK;
    }};
    interrupt_everywhere(handler, cbf_frame_address(target));
    EXPECT_GT(steps, 100);
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(mismatches, 0U);
    EXPECT_EQ(cbf_frame_free(target), CBF_OK);
}

// ---------------------------------------------------------------- the pool

void do_nothing(cbf_cpu *, void *) {}
void do_nothing_typed(cbf_arguments *, void *) {}

// Uses the pool, wherever it is called: all is as it should be, or the thread was in the pool. No other call fails, for
// where a thread keeps the reason is found with locks on some systems.
class pool_user {
  public:
    void use() {
        cbf_frame *frame = nullptr;
        count(cbf_frame_new(&frame, do_nothing, nullptr, CBF_LEVEL_LEGACY));
        if (frame != nullptr) {
            cbf_frame_address(frame)();
            expect(cbf_frame_set(frame, do_nothing, this), CBF_OK);
            expect(cbf_frame_free(frame), CBF_OK);
        }
        cbf_stats stats{};
        count(cbf_pool_stats(&stats));
    }
    int done() const { return done_; }
    int busy() const { return busy_; }
    int wrong() const { return wrong_; }

  private:
    void count(cbf_status status) {
        done_ += status == CBF_OK;
        busy_ += status == CBF_BUSY;
        expect(status, status == CBF_BUSY ? CBF_BUSY : CBF_OK);
    }
    void expect(cbf_status status, cbf_status right) { wrong_ += status != right; }

    int done_ = 0, busy_ = 0, wrong_ = 0;
};

class PoolInterruptedEverywhere : public testing::Test {
  protected:
    void SetUp() override {
        if (thread_sanitizer)
            GTEST_SKIP() << "its run-time library is not re-entrant at every instruction";
        use_all(); // what is bound or allocated the first time
    }

    void TearDown() override { cbf_signature_free(signature_); }

    // Makes, changes and frees in each way.
    void use_all() {
        cbf_frame *frame = nullptr;
        right_ &= cbf_frame_new(&frame, do_nothing, nullptr, CBF_LEVEL_ALL) == CBF_OK;
        right_ &= cbf_frame_set(frame, do_nothing, &frame) == CBF_OK;
        right_ &= cbf_frame_free(frame) == CBF_OK;
        right_ &= cbf_frame_free(frame) == CBF_FREED;
        cbf_closure *closure = nullptr;
        right_ &= cbf_closure_new(&closure, signature_, do_nothing_typed, nullptr) == CBF_OK;
        right_ &= cbf_closure_set(closure, do_nothing_typed, nullptr) == CBF_OK;
        right_ &= cbf_closure_free(closure) == CBF_OK;
        cbf_stats stats{};
        right_ &= cbf_pool_stats(&stats) == CBF_OK;
    }

    void expect_right_everywhere() {
        const std::size_t live = live_frames();
        pool_user user;
        const frame handler{[&](cpu &) { user.use(); }};
        interrupt_everywhere(handler, [this] { use_all(); });
        EXPECT_TRUE(right_);
        EXPECT_GT(user.done(), 100);
        EXPECT_GT(user.busy(), 100);
        EXPECT_EQ(user.wrong(), 0);
        EXPECT_EQ(live_frames(), live + 1); // the handler
    }

    static std::size_t live_frames() {
        cbf_stats stats{};
        EXPECT_EQ(cbf_pool_stats(&stats), CBF_OK);
        return stats.live;
    }

    static cbf_signature *signature() {
        cbf_signature *made = nullptr;
        const std::string native(cbframe::native_convention().name);
        EXPECT_EQ(
            cbf_signature_new(&made, cbf_type_basic(CBF_KIND_VOID), nullptr, 0, 0, cbf_convention_find(native.c_str())),
            CBF_OK);
        return made;
    }

    cbf_signature *const signature_ = signature();
    bool right_ = true;
};

// Without locked instructions, where the C library tells.
TEST_F(PoolInterruptedEverywhere, in_the_only_thread) { expect_right_everywhere(); }

TEST_F(PoolInterruptedEverywhere, in_one_of_two_threads) {
    std::atomic<bool> done = false;
    std::thread other([&] {
        while (!done)
            std::this_thread::yield();
    });
    expect_right_everywhere();
    done = true;
    other.join();
}

// Both the interrupted thread and its signal handler make the pool larger.
TEST_F(PoolInterruptedEverywhere, while_it_grows) {
    std::vector<cbf_frame *> frames;
    const auto grow = [&] {
        frames.push_back(nullptr);
        right_ &= cbf_frame_new(&frames.back(), do_nothing, nullptr, CBF_LEVEL_LEGACY) == CBF_OK;
    };
    const auto grow_to_the_next_run = [&] {
        const std::size_t pages = cbframe::pool_stats().pages;
        while (cbframe::pool_stats().pages == pages)
            grow();
        return frames.size();
    };
    const std::size_t first = grow_to_the_next_run();
    const std::size_t a_run = grow_to_the_next_run() - first;
    while (frames.size() < first + 2 * a_run - 1) // up to its last slot
        grow();
    frames.reserve(frames.size() + 1);

    const std::size_t pages = cbframe::pool_stats().pages;
    const auto growth = reinterpret_cast<std::uintptr_t>(&cbf::system::map_run);
    pool_user user;
    bool has_begun = false;
    const frame handler{[&](cpu &cpu) {
                            has_begun |= interrupted_at(cpu) == growth;
                            if (has_begun)
                                user.use();
                        },
                        level::all};
    interrupt_everywhere(handler, grow);
    EXPECT_EQ(cbframe::pool_stats().pages, pages + 2 * POOL_PAGES) << "a run each";
    EXPECT_GT(user.done(), 100);
    EXPECT_EQ(user.wrong(), 0);
    for (cbf_frame *const each : frames)
        right_ &= cbf_frame_free(each) == CBF_OK;
    EXPECT_TRUE(right_);
}

} // namespace
