// Frames called and changed while a call is interrupted, at each of its instructions: by signals, on Windows by
// exceptions.
#include "arithmetic_frame.hpp"
#include "interruption.hpp"
#include "matching_pair.hpp"
#include "sanitizers.hpp"

#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cfenv>
#include <cstdint>

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
    const arithmetic_frame called(GetParam()), nested(GetParam());
    std::array<int, 16> in_slot{};
    int steps = 0, wrong = 0;
    const frame handler{[&](cpu &cpu) {
                            const std::uintptr_t offset = interrupted_at(cpu) - called.address();
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
TEST_P(InterruptedEverywhere, in_set) {
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

TEST_P(InterruptedEverywhere, set_in_a_call) {
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

} // namespace
