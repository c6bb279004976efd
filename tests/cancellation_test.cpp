// Threads that are cancelled while they use the library: that waits until they have left it.
#include "aborted.hpp"
#include "emulator.hpp"
#include "native.h"
#include "pool/pool.hpp"
#include "sanitizers.hpp"

#include <cbframe/cbframe.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include <pthread.h>
#include <sched.h>
#include <sys/uio.h>
#include <time.h>

namespace {

std::atomic<int> sleeps = 0;
std::atomic<bool> reads_no_memory = false;

} // namespace

// Who waits for the pool is seen here, and is cancelled here if it can be.
extern "C" int nanosleep(const timespec *, timespec *) {
    ++sleeps;
    pthread_testcancel();
    sched_yield();
    return 0;
}

// As a sandbox answers, so that memory is read by way of a pipe.
extern "C" ssize_t process_vm_readv(pid_t, const iovec *, unsigned long, const iovec *, unsigned long,
                                    unsigned long) noexcept {
    errno = EPERM;
    return reads_no_memory ? -1 : 0;
}

namespace {

// Runs function on a thread that has been cancelled, and answers whether function returned; the thread is cancelled
// after that.
template <class Function>
bool returns_when_cancelled(Function function) {
    struct shared {
        Function function;
        bool returned;
    } both{function, false};
    pthread_t thread;
    const auto run = [](void *argument) -> void * {
        auto &of = *static_cast<shared *>(argument);
        pthread_cancel(pthread_self());
        of.function();
        of.returned = true;
        if (address_sanitizer) // which takes what a cancelled thread leaves of its stack for a mistake
            return PTHREAD_CANCELED;
        pthread_testcancel();
        return nullptr;
    };
    EXPECT_EQ(pthread_create(&thread, nullptr, run, &both), 0);
    void *result = nullptr;
    EXPECT_EQ(pthread_join(thread, &result), 0);
    EXPECT_EQ(result, PTHREAD_CANCELED) << "it was not cancelled when it had left";
    return both.returned;
}

void do_nothing(cbf_cpu *, void *) {}
void do_nothing_typed(cbf_arguments *, void *) {}

// More than any pool has that these tests have used.
constexpr std::size_t many = 9000;

TEST(Cancellation, while_the_pool_grows) {
    std::vector<cbf_frame *> frames(many);
    bool right = true;
    EXPECT_TRUE(returns_when_cancelled([&] {
        for (cbf_frame *&each : frames)
            right &= cbf_frame_new(&each, do_nothing, nullptr, CBF_LEVEL_LEGACY) == CBF_OK;
    }));
    for (cbf_frame *const each : frames)
        right &= cbf_frame_free(each) == CBF_OK;
    EXPECT_TRUE(right);
}

TEST(Cancellation, while_it_waits_for_the_pool) {
    cbf_frame *made = nullptr;
    std::optional<cbf::pool::lock_guard> held;
    held.emplace();
    sleeps = 0;
    pthread_t thread;
    const auto run = [](void *out) -> void * {
        pthread_cancel(pthread_self());
        const cbf_status status = cbf_frame_new(static_cast<cbf_frame **>(out), do_nothing, nullptr, CBF_LEVEL_LEGACY);
        return status == CBF_OK ? out : nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, nullptr, run, &made), 0);
    while (sleeps < 3)
        sched_yield();
    held.reset();
    void *result = nullptr;
    ASSERT_EQ(pthread_join(thread, &result), 0);
    EXPECT_EQ(result, &made);
    EXPECT_EQ(cbf_frame_free(made), CBF_OK);
}

TEST(Cancellation, while_a_cpu_is_written) {
    reads_no_memory = true;
    std::string text;
    EXPECT_TRUE(returns_when_cancelled([&] {
        const cbframe::frame format{[&](cbframe::cpu &cpu) { text = cbframe::format(cpu); }};
        format.as<void()>()();
    }));
    reads_no_memory = false;
    EXPECT_FALSE(text.empty());
}

// All that can be called with something right or wrong, in C.
TEST(Cancellation, in_any_function) {
    EXPECT_TRUE(returns_when_cancelled([] {
        cbf_frame *frame = nullptr;
        cbf_frame_new(&frame, do_nothing, nullptr, CBF_LEVEL_ALL);
        cbf_frame_set(frame, do_nothing, &frame);
        cbf_frame_address(frame)();
        cbf_frame_free(frame);
        cbf_frame_free(frame);
        cbf_frame_set(nullptr, nullptr, nullptr);
        cbf_stats stats;
        cbf_pool_stats(&stats);
        cbf_error_detail();
        const cbf_type *const parameter = cbf_type_basic(CBF_KIND_INT);
        const cbf_type *pointer = nullptr;
        cbf_type_pointer(&pointer, parameter);
        cbf_type_pointer(nullptr, nullptr);
        const std::string native(cbframe::native_convention().name);
        const cbf_convention *const convention = cbf_convention_find(native.c_str());
        cbf_signature *signature = nullptr;
        cbf_signature_new(&signature, parameter, &pointer, 1, 0, convention);
        const cbf_layout *layout = nullptr;
        cbf_layout_new(&layout, signature, nullptr, 0);
        size_t length = 0;
        cbf_layout_format(layout, nullptr, 0, &length);
        cbf_layout_free(layout);
        cbf_closure *closure = nullptr;
        cbf_closure_new(&closure, signature, do_nothing_typed, nullptr);
        cbf_closure_set(closure, do_nothing_typed, nullptr);
        reinterpret_cast<int (*)(void *)>(cbf_closure_address(closure))(nullptr);
        cbf_signature_free(signature);
        cbf_type_free(pointer);
        cbf_closure_free(closure);
        cbf_closure_free(closure);
    }));
}

TEST(Cancellation, a_freed_callback_says_so) {
    if (emulator::is_there())
        GTEST_SKIP() << emulator::reason;
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    cbf_frame *frame = nullptr;
    ASSERT_EQ(cbf_frame_new(&frame, do_nothing, nullptr, CBF_LEVEL_LEGACY), CBF_OK);
    ASSERT_EQ(cbf_frame_free(frame), CBF_OK);
    EXPECT_EXIT(
        {
            pthread_cancel(pthread_self());
            cbf_frame_address(frame)();
        },
        aborted, "call of a freed callback");
}

} // namespace
