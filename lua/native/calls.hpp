// Calls on other threads than that of the Lua state.
#pragma once

#include "arguments_copy.hpp"
#include "queue.hpp"
#include "system.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace cbf_lua {

/// Those of one Lua state: what is queued, and the thread that runs it. Where nothing else is said, functions are for
/// that thread alone.
class calls {
  public:
    /// A callback that may be called on any thread.
    struct callback {
        calls *of;
        void *owner; // who knows more of it
        std::int32_t id;
        std::int32_t thread;                         // CBF_LUA_WAIT and so on
        double timeout;                              // in seconds; negative: none
        std::shared_ptr<const std::byte[]> fallback; // the bytes of a result
        std::optional<arguments_copy> copy;          // of one that nobody waits for
        bool freed = false;
        callback *next = nullptr;                // of the freed ones
        std::atomic<std::uint32_t> under_way{0}; // calls on other threads, until nothing reads this any more
    };

    /// How waiting ended.
    enum class outcome { run, not_run, closed };

    /// NULL: the system gives nothing to wake a thread by. Throws std::bad_alloc.
    static std::unique_ptr<calls> make();

    ~calls();

    /// Makes room for calls of the callback, which has a copy. Throws std::bad_alloc.
    void make_room_for(const callback &posted);

    /// How many calls can be queued that nobody waits for. Throws std::bad_alloc.
    void limit(std::uint32_t count);

    /// Takes a callback that has been freed: answers those that wait, and forgets the others.
    void remove(std::unique_ptr<callback> freed) noexcept;

    /// On any thread but the state's own: queues a call, `what`, and sleeps until it was run.
    outcome wait(callback &of, void *what) noexcept;

    /// On any thread, in signal handlers too: queues a copy of the arguments. False: the queue is closed.
    bool post(callback &of, cbf_arguments *arguments) noexcept;

    /// Collects what is queued, and says how many calls there may be to run.
    std::uint32_t gather() noexcept;

    /// Runs the oldest call that was gathered; false: there is none. what: of wait, or a copy of the arguments.
    bool run_next(void (*run)(callback &of, void *what));

    /// After the last of them.
    void rest() noexcept;

    /// Sleeps until something is queued, the time has passed or a signal came.
    void sleep(double seconds);

    /// Answers all, and all that come.
    void close() noexcept;

    /// How many calls were given up since it was asked before, and the id of one's callback.
    std::uint32_t take_late(std::int32_t &id) noexcept;

    const bell &wakeup() const noexcept { return bell_; }
    std::uint64_t dropped() const noexcept { return dropped_.load(); }

    /// Of a process that has been forked off: what other threads have called, has not been called here.
    void forget() noexcept;

  private:
    struct call;

    calls() = default;

    void leave_list() noexcept;
    void ring() noexcept;
    void give_up(const callback &of) noexcept;
    bool is_empty() const noexcept { return first_ == nullptr && queue_.empty(); }
    void answer(call &what) noexcept;
    void retire(callback *freed) noexcept;
    void resize(std::uint32_t count, std::size_t size);

    queue queue_;
    queued *first_ = nullptr, **last_ = &first_; // those that were gathered
    std::uint32_t gathered_ = 0;
    bell bell_{};
    std::atomic<std::uint32_t> rung_{0}; // a word: gcc 12 exchanges none smaller on RISC-V without another library
    std::uint32_t limit_ = 1024;
    std::atomic<cells *> room_{nullptr};        // for calls that nobody waits for
    std::vector<std::unique_ptr<cells>> rooms_; // that one, and those that calls may still be in
    // Freed ones: a call may have found one, and not yet begun to use it.
    callback *oldest_freed_ = nullptr, **last_freed_ = &oldest_freed_;
    std::size_t freed_ = 0;
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<std::uint32_t> late_{0};
    std::atomic<std::int32_t> late_id_{0};
};

} // namespace cbf_lua
