#include "tap.hpp"

#include "arch/arch.hpp"
#include "pair.hpp"

#include <array>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

namespace cbf::taps {

namespace {

/// One lies ready for each slot of a page; a freed slot's stays as it is, for calls under way, until the slot is taken
/// again.
struct alignas(32) tap : arch::tap {
    bool is_freed = false; ///< and forwards
};
static_assert(sizeof(tap) == 32);

struct taps_of_page : pool::page_objects {
    tap each[POOL_SLOTS];
};

template <std::size_t... level>
constexpr std::array<pool::free_list, sizeof...(level)> lists_of(pool::owner user,
                                                                 std::index_sequence<level...>) noexcept {
    return {pool::free_list(user, arch::tap_entries[level], cbf_tap_trap, []() -> std::unique_ptr<pool::page_objects> {
        return std::make_unique<taps_of_page>();
    })...};
}

constexpr auto levels = std::make_index_sequence<std::size(arch::tap_entries)>();

tap &object_of(const pool::slot_record &slot) noexcept {
    return slot.among(static_cast<taps_of_page *>(slot.objects)->each);
}

void pass(cbf_cpu *, void *) {}

/// The freed ones that forward, as long as a freed slot is in quarantine: then they are freed like others. They wait in
/// a queue that runs through the users of their handlers, which none of them uses. Under the lock of the pool.
class forwarding_queue {
  public:
    std::size_t waiting() const noexcept { return waiting_; }

    void add(void *slot, tap &freed) noexcept {
        freed.is_freed = true;
        arch::trap(freed.handler, target_of(pass, nullptr));
        if (waiting_++ == 0)
            oldest_ = slot;
        else
            newest_->handler.kept.object = slot;
        newest_ = &freed;
    }

    /// The oldest slot, once more than that many wait; null if not.
    void *take() noexcept {
        if (waiting_ <= pool::quarantine)
            return nullptr;
        --waiting_;
        const auto *const object = static_cast<const tap *>(pool::record_of(oldest_)->kept.object);
        return std::exchange(oldest_, object->handler.kept.object);
    }

  private:
    void *oldest_ = nullptr;
    tap *newest_ = nullptr;
    std::size_t waiting_ = 0;
};

constinit forwarding_queue the_queue;

/// Gives one that is to forward to the queue. oldest: what waits there no longer.
cbf_status queue(cbf_tap *slot, void *&oldest) noexcept {
    target_pair before;
    pool::lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const pool::slot_record live = locked.find_live(pool::owner::forwarding_taps, slot);
    if (!live)
        return pool::lock_guard::refusal(pool::owner::forwarding_taps, slot);
    tap &object = object_of(live);
    if (object.is_freed)
        return CBF_FREED;
    before.pair = arch::pair_of(object.handler);
    the_queue.add(slot, object);
    oldest = the_queue.take();
    return CBF_OK;
}

/// before: dropped when the lock is free again.
cbf_tap *fill(const pool::slot_record &slot, cbf_function original, pool::target handler,
              target_pair &before) noexcept {
    tap &object = object_of(slot);
    before.pair = arch::pair_of(object.handler);
    object.original = original;
    object.is_freed = false;
    pool::store(object.handler, handler);
    pool::store(*slot.self, {original, &object});
    return static_cast<cbf_tap *>(pool::slot_of(slot.self));
}

/// When another thread holds the lock, or the pool has to become larger.
[[gnu::noinline, gnu::cold]] cbf_tap *take_slowly(pool::free_list &from, cbf_function original, pool::target handler) {
    target_pair before;
    do {
        pool::lock_guard locked;
        if (!locked)
            return nullptr;
        if (const pool::slot_record slot = locked.take(from))
            return fill(slot, original, handler, before);
    } while (pool::grow(from));
    return nullptr;
}

} // namespace

constinit std::array<std::array<pool::free_list, std::size(arch::tap_entries)>, 2> lists{
    lists_of(pool::owner::taps, levels), lists_of(pool::owner::forwarding_taps, levels)};

cbf_tap *take(pool::free_list &from, cbf_function original, pool::target handler) {
    {
        target_pair before;
        pool::lock_guard locked(std::try_to_lock);
        const pool::slot_record slot = locked ? locked.take_ready(from) : pool::slot_record{};
        if (slot) [[likely]]
            return fill(slot, original, handler, before);
    }
    return take_slowly(from, original, handler);
}

cbf_status set(cbf_tap *slot, cbf_handler handler, void *user) noexcept {
    target_pair pair;
    if (!pair.prepare(target_of(handler, user)))
        return CBF_NO_MEMORY;
    pool::lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    pool::slot_record live = locked.find_live(pool::owner::taps, slot);
    if (!live)
        live = locked.find_live(pool::owner::forwarding_taps, slot);
    if (!live) [[unlikely]] {
        const cbf_status why = pool::lock_guard::refusal(pool::owner::taps, slot);
        return why == CBF_FREED ? why : pool::lock_guard::refusal(pool::owner::forwarding_taps, slot);
    }
    tap &object = object_of(live);
    if (object.is_freed)
        return CBF_FREED;
    pair.exchange(object.handler, target_of(handler, user));
    return CBF_OK;
}

cbf_status give_forwarding(cbf_tap *slot) noexcept {
    void *oldest = nullptr;
    const cbf_status status = queue(slot, oldest);
    if (oldest != nullptr)
        pool::give(pool::owner::forwarding_taps, oldest);
    return status;
}

void call_again(cbf_cpu &cpu, const arch::tap_call &call) {
    const pool::target now = pool::load(*call.slot);
    if (now.code == cbf_tap_trap)
        cbf_pool_trapped(call.slot);
    auto *const object = static_cast<const tap *>(now.object);
    const pool::target handler = pool::load(object->handler);
    // The entry has one argument more for handlers.
    reinterpret_cast<void (*)(cbf_cpu *, void *, const void *)>(handler.code)(&cpu, handler.object, object);
}

void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept {
    for (const auto &of_each_level : lists)
        for (const pool::free_list &each : of_each_level)
            locked.add_stats(each, out);
    out.live -= the_queue.waiting();
    out.quarantined += the_queue.waiting();
}

} // namespace cbf::taps
