// What lies between the threads that call and the one that runs Lua. No locks: whoever is interrupted in it holds up
// nobody else, and signal handlers may use it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace cbf_lua {

/// What can be in a queue.
struct queued {
    queued *next;
};

/// Any thread puts in, one takes out. What one thread has put in comes out in its order.
class queue {
  public:
    /// False: the queue is closed.
    bool put(queued &what) noexcept {
        queued *newest = newest_.load();
        do {
            if (newest == &end_)
                return false;
            what.next = newest;
        } while (!newest_.compare_exchange_weak(newest, &what));
        return true;
    }

    bool empty() const noexcept { return newest_.load() == nullptr; }

    /// All of it, the oldest first.
    queued *take() noexcept { return oldest_first(newest_.exchange(nullptr)); }

    /// The same; nothing can be put in any more.
    queued *close() noexcept { return oldest_first(newest_.exchange(&end_)); }

  private:
    static queued *oldest_first(queued *newest) noexcept {
        queued *oldest = nullptr;
        while (newest != nullptr) {
            queued *const next = newest->next;
            newest->next = oldest;
            oldest = newest;
            newest = next;
        }
        return oldest;
    }

    queued end_{nullptr}; // never in it
    std::atomic<queued *> newest_{nullptr};
};

/// Memory for so many things of one size. Any thread takes, any gives back.
class cells {
  public:
    cells(std::uint32_t count, std::size_t size)
        : count_(count),
          size_(size),
          memory_(new std::byte[count * size]),
          next_(new std::atomic<std::uint32_t>[count]) {
        reset();
    }

    std::uint32_t count() const noexcept { return count_; }
    std::size_t size() const noexcept { return size_; }

    /// NULL: all are taken.
    void *take() noexcept {
        std::uint64_t first = first_.load();
        for (;;) {
            const auto index = static_cast<std::uint32_t>(first);
            if (index == count_)
                return nullptr;
            if (first_.compare_exchange_weak(first, after(first, next_[index].load())))
                return &memory_[index * size_];
        }
    }

    void give(void *cell) noexcept {
        const auto distance = static_cast<std::size_t>(static_cast<std::byte *>(cell) - memory_.get());
        const auto index = static_cast<std::uint32_t>(distance / size_);
        std::uint64_t first = first_.load();
        do
            next_[index].store(static_cast<std::uint32_t>(first));
        while (!first_.compare_exchange_weak(first, after(first, index)));
    }

    /// As if all had been given back.
    void reset() noexcept {
        for (std::uint32_t i = 0; i < count_; ++i)
            next_[i].store(i + 1);
        first_.store(after(first_.load(), 0));
    }

  private:
    /// The index of a cell, and above it how often the first one has changed: it may have been taken, and others
    /// with it, and be back.
    static std::uint64_t after(std::uint64_t first, std::uint32_t index) noexcept {
        return ((first >> 32) + 1) << 32 | index;
    }

    std::uint32_t count_;
    std::size_t size_; // a multiple of what operator new aligns to
    std::unique_ptr<std::byte[]> memory_;
    std::unique_ptr<std::atomic<std::uint32_t>[]> next_; // of those that are not taken; count_ behind the last
    std::atomic<std::uint64_t> first_{0};
    // Not is_always_lock_free, which clang denies where C aligns such numbers to less than their size; std::atomic does
    // not.
    static_assert(__atomic_always_lock_free(sizeof(std::uint64_t), nullptr));
};

} // namespace cbf_lua
