// The lock of the pool.
#pragma once

#include "system/system.hpp"

#include <cbframe/detail/only_thread.hpp>

#include <atomic>

namespace cbf::pool {

/// Held for a few instructions, in which nobody else's code runs. It knows who holds it, so that a signal handler that
/// interrupted them is told instead of waiting for itself. Taking and leaving it costs one locked instruction, where a
/// std::mutex costs two, and none in a process without other threads. Who waits sleeps, ever longer, so that a thread
/// of lower priority that holds it can go on. Async-signal-safe.
class spin_lock {
  public:
    /// False, and nothing has changed, where this thread holds it already.
    [[nodiscard]] bool lock() noexcept {
        const void *const me = system::this_thread();
        if (try_lock(me)) [[likely]]
            return true;
        return wait(me);
    }
    /// False where it is held, by whomever.
    [[nodiscard]] bool try_lock() noexcept { return try_lock(system::this_thread()); }
    void unlock() noexcept { holder_.store(nullptr, std::memory_order_release); }

  private:
    bool try_lock(const void *me) noexcept {
        const void *nobody = nullptr;
        if (!cbframe::detail::is_only_thread()) [[unlikely]]
            return holder_.compare_exchange_strong(nobody, me, std::memory_order_acquire, std::memory_order_relaxed);
        if (holder_.load(std::memory_order_relaxed) != nullptr) [[unlikely]]
            return false;
        // Whatever a signal handler does between the two, it has left the lock when it returns.
        holder_.store(me, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        return true;
    }
    bool wait(const void *me) noexcept;

    std::atomic<const void *> holder_{nullptr};
};

} // namespace cbf::pool
