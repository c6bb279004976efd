// Which threads are making the pool larger.
#pragma once

#include <cstddef>

namespace cbf::pool {

/// Growth may call code of others, which may want a slot in turn, and so on without end: how often each thread is in
/// it. Of so many threads at once that there is no room for all, the last are not known. Under the lock.
class growing {
  public:
    /// False if this thread is within growth that was itself begun within growth.
    bool begin(const void *thread) noexcept {
        std::size_t times = 0;
        const void **free = nullptr;
        for (const void *&each : threads_) {
            times += each == thread;
            if (each == nullptr)
                free = &each;
        }
        if (times >= most)
            return false;
        if (free != nullptr)
            *free = thread;
        return true;
    }

    void end(const void *thread) noexcept {
        for (const void *&each : threads_)
            if (each == thread) {
                each = nullptr;
                return;
            }
    }

    /// Forgets all other threads, in a process that has none of them.
    void keep_only(const void *thread) noexcept {
        for (const void *&each : threads_)
            if (each != thread)
                each = nullptr;
    }

  private:
    static constexpr std::size_t most = 2;
    const void *threads_[32] = {};
};

} // namespace cbf::pool
