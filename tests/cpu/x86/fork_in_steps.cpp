// A fork before each instruction of calls, by a signal handler.
#include "interruption.hpp"
#include "sanitizers.hpp"
#include "used_frames.hpp"

#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace {

using cbframe::cpu;
using cbframe::frame;

// The signal handler's fork may find its own thread in the pool, which goes on there in both processes.
TEST(Fork, in_a_signal_handler_that_interrupted_the_pool) {
    if (sanitizer)
        GTEST_SKIP() << "its run-time library is not re-entrant at every instruction";
    EXPECT_TRUE(use_frames<1>()); // what is bound the first time
    bool is_child = false;
    int steps = 0, wrong = 0;
    const frame handler{[&](cpu &) {
        if (is_child || ++steps % 11 != 0)
            return;
        const pid_t child = fork();
        is_child = child == 0;
        if (is_child)
            alarm(60);
        int status = 0;
        wrong += !is_child && (waitpid(child, &status, 0) != child || status != 0);
    }};
    bool right = false;
    interrupt_everywhere(handler, [&] { right = use_frames<1>(); });
    if (is_child)
        _exit(right && use_frames<10>() ? 0 : 1);
    EXPECT_TRUE(right);
    EXPECT_GT(steps, 300);
    EXPECT_EQ(wrong, 0);
}

} // namespace
