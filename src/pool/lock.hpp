// The lock of the pool.
#pragma once

#include <cbframe/only_thread.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace cbframe::pool {

/// Held for a few instructions, or while pages are mapped. Taking and leaving it costs one locked
/// instruction, where a std::mutex costs two, and none in a process without other threads. Who waits sleeps, ever
/// longer, so that a thread of lower priority that holds it can go on. Meets BasicLockable.
class spin_lock {
  public:
    void lock() noexcept {
        if (!try_lock())
            wait();
    }
    void unlock() noexcept { taken_.store(false, std::memory_order_release); }

  private:
    bool try_lock() noexcept {
        if (!detail::is_only_thread())
            return !taken_.exchange(true, std::memory_order_acquire);
        const bool was_taken = taken_.load(std::memory_order_relaxed);
        taken_.store(true, std::memory_order_relaxed);
        return !was_taken;
    }
    [[gnu::noinline, gnu::cold]] void wait() noexcept {
        auto pause = std::chrono::nanoseconds(50);
        do {
            for (int spins = 0; taken_.load(std::memory_order_relaxed) && spins < 100; ++spins)
                __builtin_ia32_pause();
            if (taken_.load(std::memory_order_relaxed)) {
                std::this_thread::sleep_for(pause);
                pause = std::min<std::chrono::nanoseconds>(2 * pause, std::chrono::milliseconds(1));
            }
        } while (!try_lock());
    }
    std::atomic<bool> taken_{false};
};

} // namespace cbframe::pool
