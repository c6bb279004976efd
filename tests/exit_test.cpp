// Callbacks that live, are called, made and freed while a process or a thread ends: nothing of the library is gone by
// then.
#include "emulator.hpp"
#include "native.h"

#include <cbframe/cbframe.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <system_error>
#include <thread>

struct three {
    double a, b, c;
};

template <>
struct cbframe::describe<three> : cbframe::fields<&three::a, &three::b, &three::c> {};

namespace {

// No general register is left for the callable: the callback is a closure, whose plan all of its signature share.
using with_plan = three(int, int, int, int, int, int, three);

bool callbacks_work() {
    const cbframe::callback<with_plan> planned{[](int, int, int, int, int, int, three t) {
        return three{t.a + 1, t.b, t.c};
    }};
    const cbframe::callback<int(int)> direct{[](int n) { return n + 1; }};
    const cbframe::frame framed{[](cbframe::cpu &cpu) { native_return(&cpu, native_argument(&cpu, 0) + 1); }};
    return planned(1, 2, 3, 4, 5, 6, {1, 2, 3}).a == 2 && direct(1) == 2 && framed.as<int(int)>()(1) == 2;
}

bool variadic_closures_work() {
    const cbframe::closure sum{cbframe::signature::of<int(int, ...)>(),
                               [](cbframe::arguments &args) { args.result(args.get<int>(0) + args.next<int>()); }};
    return sum.as<int(int, ...)>()(1, 2) == 3;
}

bool errors_work() {
    cbf_frame *made = nullptr;
    bool right = cbf_frame_new(
                     &made, [](cbf_cpu *, void *) {}, nullptr, CBF_LEVEL_LEGACY) == CBF_OK &&
                 cbf_frame_free(made) == CBF_OK && cbf_frame_free(made) == CBF_FREED &&
                 std::string(cbf_error_detail()) == cbf_strerror(CBF_FREED);
    try {
        cbframe::frame().set([](cbframe::cpu &) {});
        right = false;
    } catch (const cbframe::error &error) {
        const std::error_code code = error.code();
        right &= code == cbframe::errc::not_a_slot && std::string(code.category().name()) == "cbframe" &&
                 code.message() == cbf_strerror(CBF_NOT_A_SLOT);
    }
    return right;
}

bool all_works() { return callbacks_work() && variadic_closures_work() && errors_work(); }

void leave_if_wrong(bool right, const char *when) {
    if (right)
        return;
    std::cerr << "wrong " << when << std::endl;
    std::_Exit(1);
}

/// Uses the library when it is destroyed.
struct last {
    const char *when;
    ~last() { leave_if_wrong(all_works(), when); }
};

const testing::ExitedWithCode well{0};

class Exit : public testing::Test {
  protected:
    void SetUp() override {
        if (emulator::is_there())
            GTEST_SKIP() << emulator::reason;
        testing::FLAGS_gtest_death_test_style = "threadsafe";
    }
};

// What is made first is destroyed last: after all that the library might have to destroy.
TEST_F(Exit, static_objects_and_exit_handlers) {
    EXPECT_EXIT(
        {
            static const last made_first{"in the destructor of a static object"};
            std::atexit([] { leave_if_wrong(all_works(), "in an exit handler"); });
            leave_if_wrong(all_works(), "before");
            std::exit(0);
        },
        well, "");
}

TEST_F(Exit, static_callbacks) {
    EXPECT_EXIT(
        {
            static cbframe::callback<with_plan> planned;
            static cbframe::closure closed;
            static cbframe::frame framed;
            std::atexit([] { leave_if_wrong(planned(1, 2, 3, 4, 5, 6, {1, 2, 3}).a == 5, "in an exit handler"); });
            planned = cbframe::callback<with_plan>([](int, int, int, int, int, int, three t) {
                return three{t.a + 4, t.b, t.c};
            });
            closed = cbframe::closure(cbframe::signature::of<int()>(), [](cbframe::arguments &) {});
            framed = cbframe::frame([s = std::string("on the heap")](cbframe::cpu &) {});
            std::exit(0);
        },
        well, "");
}

TEST_F(Exit, threads_go_on_while_the_process_ends) {
    EXPECT_EXIT(
        {
            constexpr int count = 4;
            static std::atomic<int> started = 0;
            for (int i = 0; i < count; i++)
                std::thread([] {
                    leave_if_wrong(all_works(), "in a thread");
                    for (++started;;)
                        leave_if_wrong(all_works(), "in a thread while the process ends");
                }).detach();
            while (started < count)
                std::this_thread::yield();
            std::exit(0);
        },
        well, "");
}

TEST_F(Exit, thread_local_objects) {
    EXPECT_EXIT(
        {
            std::thread([] {
                thread_local const last made_first{"in the destructor of a thread's object"};
                static_cast<void>(&made_first);
                leave_if_wrong(all_works(), "in a thread");
            }).join();
            std::exit(0);
        },
        well, "");
}

} // namespace
