// A program that has put functions of its own in place of the system's and the allocator's, and makes callbacks in
// them.
#include "native.h"
#include "no_arguments.hpp"
#include "sanitizers.hpp"

#include <cbframe/cbframe.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

// What each of these functions does first.
std::atomic<void (*)()> hook = nullptr;

void call_hook() {
    if (void (*const now)() = hook)
        now();
}

template <class Result, class... Args>
Result answer(long number, Args... args) noexcept {
    call_hook();
    return (Result)syscall(number, args...);
}

} // namespace

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__) // which put theirs there

#if defined(SYS_mmap) && !defined(SYS_mmap2)
constexpr long map_number = SYS_mmap;
constexpr off_t map_unit = 1;
#else
constexpr long map_number = SYS_mmap2;
constexpr off_t map_unit = 4096;
#endif

extern "C" {
void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset) noexcept {
    return answer<void *>(map_number, at, size, protection, flags, file, offset / map_unit);
}
int munmap(void *at, size_t size) noexcept { return answer<int>(SYS_munmap, at, size); }
int mprotect(void *at, size_t size, int protection) noexcept { return answer<int>(SYS_mprotect, at, size, protection); }
int open(const char *path, int flags, ...) { return answer<int>(SYS_openat, AT_FDCWD, path, flags, 0); }
int close(int file) { return answer<int>(SYS_close, file); }
}

void *operator new(std::size_t size) {
    call_hook();
    if (void *const found = std::malloc(size != 0 ? size : 1))
        return found;
    throw std::bad_alloc();
}
void operator delete(void *memory) noexcept {
    call_hook();
    std::free(memory);
}
void operator delete(void *memory, std::size_t) noexcept { operator delete(memory); }
void *operator new(std::size_t size, std::align_val_t alignment) {
    call_hook();
    const auto unit = static_cast<std::size_t>(alignment);
    if (void *const found = std::aligned_alloc(unit, (size + unit - 1) / unit * unit))
        return found;
    throw std::bad_alloc();
}
void operator delete(void *memory, std::align_val_t) noexcept { operator delete(memory); }
void operator delete(void *memory, std::size_t, std::align_val_t) noexcept { operator delete(memory); }

#endif

namespace {

struct outcomes {
    std::atomic<long> made = 0, busy = 0, other = 0;
} nested;

// Makes a frame, calls and frees it.
void use_frame() {
    int user = 0;
    cbf_frame *frame = nullptr;
    const cbf_status status = cbf_frame_new(
        &frame, [](cbf_cpu *cpu, void *data) { native_return_pointer(cpu, data); }, &user, CBF_LEVEL_LEGACY);
    if (status != CBF_OK) {
        ++(status == CBF_BUSY ? nested.busy : nested.other);
        return;
    }
    const bool right = reinterpret_cast<void *(*)()>(cbf_frame_address(frame))() == &user;
    ++(right && cbf_frame_free(frame) == CBF_OK ? nested.made : nested.other);
}

constexpr std::size_t many = 30'000; // seven runs of slots, and a larger registry of pages

// Makes so many frames and closures, for good, and answers how many of them failed.
std::size_t failures_of_many() {
    std::size_t failures = 0;
    for (std::size_t i = 0; i < many; i++) {
        cbf_frame *frame = nullptr;
        failures += cbf_frame_new(
                        &frame, [](cbf_cpu *, void *) {}, nullptr, CBF_LEVEL_ALL) != CBF_OK;
        cbf_closure *closure = nullptr;
        failures += cbf_closure_new(
                        &closure, no_arguments(), [](cbf_arguments *, void *) {}, nullptr) != CBF_OK;
    }
    return failures;
}

class Interposed : public testing::Test {
  protected:
    void SetUp() override {
        if (sanitizer)
            GTEST_SKIP() << "the sanitizer has put functions of its own there";
        no_arguments();
        nested.made = nested.busy = nested.other = 0;
        alarm(120); // who waits for himself waits forever
    }
    void TearDown() override {
        hook = nullptr;
        alarm(0);
    }
};

// A tracer that does not trace itself.
TEST_F(Interposed, callbacks_in_them_once) {
    static bool inside;
    hook = [] {
        if (inside)
            return;
        inside = true;
        use_frame();
        inside = false;
    };
    EXPECT_EQ(failures_of_many(), 0U);
    hook = nullptr;
    EXPECT_GT(nested.made, 50);
    EXPECT_EQ(nested.busy, 0) << "there was no need";
    EXPECT_EQ(nested.other, 0);
}

// One that does: at some depth there is no slot to be had.
TEST_F(Interposed, callbacks_in_them_without_end) {
    hook = use_frame;
    EXPECT_EQ(failures_of_many(), 0U);
    hook = nullptr;
    EXPECT_GT(nested.made, 50);
    EXPECT_EQ(nested.other, 0);
}

// An allocator with a lock of its own, held while it makes callbacks.
TEST_F(Interposed, a_lock_that_is_held_around_callbacks) {
    static std::recursive_mutex theirs;
    hook = [] {
        const std::lock_guard locked(theirs);
        use_frame();
    };
    std::atomic<bool> done = false;
    std::thread other([&] {
        while (!done) {
            const std::lock_guard locked(theirs);
            for (int i = 0; i < 100; i++)
                use_frame();
        }
    });
    EXPECT_EQ(failures_of_many(), 0U);
    done = true;
    other.join();
    hook = nullptr;
    EXPECT_EQ(nested.other, 0);
}

} // namespace
