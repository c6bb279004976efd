// What a thread is told that is in the pool already, as in a signal handler that interrupted it there.
#include "emulator.hpp"
#include "native.h"
#include "no_arguments.hpp"
#include "pool/pool.hpp"

#include <cbframe/cbframe.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <system_error>

namespace {

using cbframe::errc;
using cbframe::frame;

void give_user(cbf_cpu *cpu, void *user) { native_return_pointer(cpu, user); }
void do_nothing(cbf_arguments *, void *) {}

template <class Handle>
Handle *untouched() {
    return reinterpret_cast<Handle *>(std::uintptr_t{0xdead});
}

TEST(Busy, frames_in_c) {
    int user = 0;
    cbf_frame *made = nullptr, *out = untouched<cbf_frame>();
    ASSERT_EQ(cbf_frame_new(&made, give_user, &user, CBF_LEVEL_LEGACY), CBF_OK);
    {
        const cbf::pool::lock_guard interrupted;
        EXPECT_EQ(cbf_frame_new(&out, give_user, nullptr, CBF_LEVEL_LEGACY), CBF_BUSY);
        EXPECT_EQ(out, untouched<cbf_frame>());
        EXPECT_STREQ(cbf_error_detail(), cbf_strerror(CBF_BUSY));
        EXPECT_EQ(cbf_frame_set(made, give_user, nullptr), CBF_BUSY);
        EXPECT_EQ(cbf_frame_free(made), CBF_BUSY);
        EXPECT_EQ(reinterpret_cast<void *(*)()>(cbf_frame_address(made))(), &user) << "calls go on";
        cbf_stats stats{};
        EXPECT_EQ(cbf_pool_stats(&stats), CBF_BUSY);
    }
    EXPECT_EQ(reinterpret_cast<void *(*)()>(cbf_frame_address(made))(), &user);
    EXPECT_EQ(cbf_frame_free(made), CBF_OK);
}

TEST(Busy, closures_in_c) {
    cbf_closure *made = nullptr, *out = untouched<cbf_closure>();
    ASSERT_EQ(cbf_closure_new(&made, no_arguments(), do_nothing, nullptr), CBF_OK);
    {
        const cbf::pool::lock_guard interrupted;
        EXPECT_EQ(cbf_closure_new(&out, no_arguments(), do_nothing, nullptr), CBF_BUSY);
        EXPECT_EQ(out, untouched<cbf_closure>());
        EXPECT_EQ(cbf_closure_set(made, do_nothing, nullptr), CBF_BUSY);
        EXPECT_EQ(cbf_closure_free(made), CBF_BUSY);
        cbf_closure_address(made)();
    }
    EXPECT_EQ(cbf_closure_free(made), CBF_OK);
}

template <class Function>
void expect_busy(Function function) {
    try {
        function();
        ADD_FAILURE() << "did not throw";
    } catch (const cbframe::error &error) {
        EXPECT_EQ(error.code(), errc::busy);
        EXPECT_EQ(std::error_code(error.code()), std::errc::device_or_resource_busy);
    }
}

TEST(Busy, cpp) {
    frame made{[](cbframe::cpu &cpu) { native_return(&cpu, 1); }};
    cbframe::closure typed{cbframe::signature::of<int()>(), [](cbframe::arguments &args) { args.result(1); }};
    {
        const cbf::pool::lock_guard interrupted;
        expect_busy([] { frame{[](cbframe::cpu &) {}}; });
        expect_busy([&] { made.set([](cbframe::cpu &cpu) { native_return(&cpu, 2); }); });
        expect_busy([] { cbframe::callback<int()>{[] { return 2; }}; });
        expect_busy([&] { typed.set([](cbframe::arguments &args) { args.result(2); }); });
    }
    EXPECT_EQ(made.as<int()>()(), 1);
    EXPECT_EQ(typed.as<int()>()(), 1);
}

// It cannot say that it did nothing.
TEST(Busy, destructors_end_the_process) {
    if (emulator::is_there())
        GTEST_SKIP() << emulator::reason;
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    const auto destroy = [](auto callback) {
        const cbf::pool::lock_guard interrupted;
        callback = {};
    };
    EXPECT_DEATH(destroy(frame{[](cbframe::cpu &) {}}),
                 "this thread is making, changing or freeing a callback already");
    EXPECT_DEATH(destroy(cbframe::callback<int()>{[] { return 1; }}),
                 "this thread is making, changing or freeing a callback already");
}

} // namespace
