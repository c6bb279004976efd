#include "pool.hpp"

#include "error/abort.hpp"
#include "growing.hpp"
#include "page_list.hpp"
#include "registry.hpp"
#include "system/system.hpp"

#include "error/error.hpp"

#include <array>
#include <type_traits>
#include <utility>

namespace cbf::pool {

constinit spin_lock the_lock;

namespace {

template <std::size_t... kind>
constexpr std::array<page_list, sizeof...(kind)> pages_of_image(std::index_sequence<kind...>) noexcept {
    return {page_list(cbf_pool_data + kind * POOL_PAGES)...};
}

/// What all free lists share.
struct shared_state {
    registry pages;
    std::array<page_list, POOL_KINDS> kinds = pages_of_image(std::make_index_sequence<POOL_KINDS>());
    cbf_source newest_source = CBF_SOURCE_IMAGE;
    growing threads;
    std::size_t forks_within = 0; ///< begun by signal handlers while their thread held the lock
    bool fits_system = true;      ///< its pages are not larger than the pool's
};
static_assert(std::is_trivially_destructible_v<shared_state>, "slots may be called and freed until the process ends");

constinit shared_state the_pool;

shared_state &shared() noexcept { return the_pool; }
page_list &pages_of(slot_kind kind) noexcept { return shared().kinds[static_cast<std::size_t>(kind)]; }

void hold_for_fork() {
    if (!the_lock.lock())
        ++shared().forks_within;
}

// Whoever holds the lock in a signal handler's fork goes on in parent and child, and leaves it in both.
void leave_after_fork() {
    if (shared().forks_within != 0)
        --shared().forks_within;
    else
        the_lock.unlock();
}

// Whatever is called first may already hold the lock while another thread forks.
[[gnu::constructor]] void when_loaded() {
    shared().fits_system = POOL_PAGE_SIZE % system::page_size() == 0;
    system::guard_forks(hold_for_fork, leave_after_fork, [] {
        shared().threads.keep_only(system::this_thread());
        leave_after_fork();
    });
}

} // namespace

/// The page that a record of this owner is in; null if it is none.
inline const registry::entry *lock_guard::page_with(owner user, const record *candidate) noexcept {
    const page *const records = page_of(candidate);
    const registry::entry &entry = shared().pages.find(records);
    const bool is_in_place = entry.list != nullptr && entry.list->user_ == user &&
                             reinterpret_cast<std::uintptr_t>(candidate) % POOL_SLOT_SIZE == 0 &&
                             candidate < records->records + POOL_SLOTS;
    return is_in_place ? &entry : nullptr;
}

/// The page that a live slot's record is in; null if the slot is none.
inline const registry::entry *lock_guard::page_with_live(owner user, const record *candidate) noexcept {
    const registry::entry *const entry = page_with(user, candidate);
    return entry != nullptr && !candidate->is_fresh() && !candidate->leads_to(entry->list->trap_) ? entry : nullptr;
}

slot_record lock_guard::find_live(owner user, const void *slot) noexcept {
    record *const candidate = record_of(slot);
    const registry::entry *const entry = page_with_live(user, candidate);
    return entry != nullptr ? slot_record{candidate, entry->objects} : slot_record{};
}

[[gnu::cold]] cbf_status lock_guard::refusal(owner user, const void *slot) noexcept {
    const record *const candidate = record_of(slot);
    const registry::entry *const entry = page_with(user, candidate);
    return entry != nullptr && candidate->leads_to(entry->list->trap_) ? CBF_FREED : CBF_NOT_A_SLOT;
}

shortage free_list::missing() const noexcept {
    return {shared().pages.lacks(), make_objects_ != nullptr && spare_ == nullptr, pages_of(kind()).is_empty()};
}

// Out of the way of take().
[[gnu::noinline, gnu::cold]] bool free_list::stock() noexcept {
    const shortage lack = missing();
    if (lack.entries != 0 || lack.objects || lack.run)
        return false;
    page *const fresh = pages_of(kind()).take();
    fresh->self = fresh;
    fresh->entry = entry_;
    page_objects *const objects = std::exchange(spare_, nullptr);
    if (objects != nullptr) {
        objects->before = std::exchange(newest_objects_, objects);
        fresh->self = reinterpret_cast<page *>(objects);
    }
    shared().pages.insert({fresh, this, objects});
    fresh_ = fresh;
    ++pages_;
    used_ = 0;
    return true;
}

/// One thread's way to make the pool larger. When it has made all that was missing, that becomes the pool's, but for
/// what another thread has brought by then; else nothing has changed.
class growth {
  public:
    explicit growth(free_list &list) noexcept : list_(list), me_(system::this_thread()) {}
    growth(const growth &) = delete;
    growth &operator=(const growth &) = delete;
    ~growth() {
        if (has_begun_)
            end();
    }

    bool begin() noexcept {
        const lock_guard locked;
        has_begun_ = locked && shared().threads.begin(me_);
        if (has_begun_)
            missing_ = list_.missing();
        return has_begun_;
    }

    void make() {
        if (missing_.entries != 0 && !room_.map(missing_.entries))
            throw error::status_error(CBF_NO_MEMORY);
        if (missing_.objects)
            objects_ = list_.make_objects_();
        if (missing_.run && !shared().fits_system)
            throw error::status_error(CBF_SYSTEM_ERROR, "no further callbacks: the pages of the system are larger "
                                                        "than this library is built for");
        if (missing_.run)
            run_ = system::map_run(list_.kind());
        is_made_ = true;
    }

  private:
    void end() noexcept {
        const lock_guard locked;
        shared().threads.end(me_);
        if (!is_made_)
            return;
        shared().pages.move_to(room_);
        if (list_.spare_ == nullptr)
            list_.spare_ = objects_.release();
        if (run_.pages != nullptr) {
            pages_of(list_.kind()).add(run_.pages);
            shared().newest_source = run_.source;
        }
    }

    free_list &list_;
    const void *me_;
    bool has_begun_ = false, is_made_ = false;
    shortage missing_{};
    registry::room room_;
    std::unique_ptr<page_objects> objects_;
    system::run run_{};
};

[[gnu::noinline, gnu::cold]] bool grow(free_list &list) {
    const system::uncancellable guard;
    growth growth(list);
    if (!growth.begin())
        return false;
    growth.make();
    return true;
}

/// Frees the slot of a record, and tells its pair; false if it is not live.
inline bool lock_guard::free_live(owner user, record *slot, target **pair) noexcept {
    const registry::entry *const entry = page_with_live(user, slot);
    if (entry == nullptr) [[unlikely]]
        return false;
    free_list &list = *entry->list;
    if (pair != nullptr)
        *pair = arch::pair_of(*slot);
    // A call that has loaded the code already, but not yet the object, finds a word there that holds the trap, too: the
    // record freed next, or the free list's own.
    arch::trap(*slot, {list.trap_, &list.trap_});
    if (list.waiting() == 0)
        list.oldest_ = slot;
    else
        list.newest_->link(slot);
    list.newest_ = slot;
    ++list.freed_;
    return true;
}

void lock_guard::add_stats(const free_list &list, cbf_stats &out) const noexcept {
    const std::size_t ever_used = list.pages_ * POOL_SLOTS - (POOL_SLOTS - list.used_);
    out.live += ever_used - list.waiting();
    out.quarantined += list.waiting();
}

void lock_guard::page_stats(cbf_stats &out) const noexcept {
    out.pages = 0;
    for (const page_list &kind : shared().kinds)
        out.pages += kind.runs() * POOL_PAGES;
    out.capacity = out.pages * POOL_SLOTS;
    out.bytes = out.pages * 2 * POOL_PAGE_SIZE;
    out.source = shared().newest_source;
}

namespace {

[[gnu::noinline, gnu::cold]] void *take_when_grown(free_list &list, target to) {
    return grow(list) ? take(list, to) : nullptr;
}

} // namespace

void *take(free_list &list, target to) {
    {
        const lock_guard locked;
        record *const next = locked ? lock_guard::next_of(list) : nullptr;
        if (next != nullptr) [[likely]] {
            store(*next, to);
            return slot_of(next);
        }
    }
    return take_when_grown(list, to);
}

cbf_status assign(owner user, void *slot, target to) noexcept {
    lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const slot_record live = locked.find_live(user, slot);
    if (!live) [[unlikely]]
        return lock_guard::refusal(user, slot);
    store(*live.self, to);
    return CBF_OK;
}

cbf_status assign(owner user, void *slot, target *&pair) noexcept {
    lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const slot_record live = locked.find_live(user, slot);
    if (!live) [[unlikely]]
        return lock_guard::refusal(user, slot);
    pair = exchange_pair(*live.self, pair);
    return CBF_OK;
}

cbf_status give(owner user, void *slot, target **pair) noexcept {
    const lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    return lock_guard::free_live(user, record_of(slot), pair) ? CBF_OK : lock_guard::refusal(user, slot);
}

} // namespace cbf::pool

void cbf_pool_trapped(const cbf::arch::record *record) {
    cbf::error::abort("cbframe: call of a freed callback at ",
                      reinterpret_cast<std::uintptr_t>(cbf::pool::slot_of(record)), "");
}
