// Frames of forked processes.
#include "native.h"
#include "sanitizers.hpp"
#include "used_frames.hpp"

#include <cbframe/pool.hpp>
#include <cbframe/tap.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace {

using cbframe::cpu;
using cbframe::frame;
using cbframe::level;

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
    for (const level level : {level::legacy, level::all}) {
        const frame f{[](cpu &cpu) { native_return(&cpu, fork()); }, level};
        const int child = f.as<int()>()();
        if (child == 0)
            _exit(use_frames<100>() ? 0 : 1);
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
}

int process_plus(int add) { return add + static_cast<int>(getpid()); }

TEST(Fork, in_the_handler_of_a_tap) {
    for (const level level : {level::legacy, level::all}) {
        pid_t child = -1;
        const cbframe::tap t{process_plus, [&child](cpu &) { child = fork(); }, level};
        const int answer = t.as<int(int)>()(1);
        if (child == 0)
            _exit(answer == 1 + static_cast<int>(getpid()) && use_frames<100>() ? 0 : 1);
        EXPECT_EQ(answer, 1 + static_cast<int>(getpid()));
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
    std::vector<std::thread> users;
    for (int i = 0; i < 2; i++)
        users.emplace_back([&] {
            wrong += !use_frames<10>(threads::others);
            ++started;
            while (!done)
                wrong += !use_frames<10>(threads::others);
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
    for (std::thread &thread : users)
        thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_TRUE(frames.are_unchanged());
}

} // namespace
