#include "lock.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace cbf::pool {

[[gnu::cold]] bool spin_lock::wait(const void *me) noexcept {
    if (holder_.load(std::memory_order_relaxed) == me)
        return false;
    const system::uncancellable guard; // who sleeps may be cancelled
    auto pause = std::chrono::nanoseconds(50);
    do {
        for (int spins = 0; holder_.load(std::memory_order_relaxed) != nullptr && spins < 100; ++spins)
            arch::wait_a_moment();
        if (holder_.load(std::memory_order_relaxed) != nullptr) {
            std::this_thread::sleep_for(pause);
            pause = std::min<std::chrono::nanoseconds>(2 * pause, std::chrono::milliseconds(1));
        }
    } while (!try_lock(me));
    return true;
}

} // namespace cbf::pool
