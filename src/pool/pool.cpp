#include "pool.hpp"

#include "error/abort.hpp"
#include "growing.hpp"
#include "registry.hpp"
#include "supply.hpp"
#include "system/system.hpp"

#include "error/error.hpp"

#include <type_traits>
#include <utility>

namespace cbf::pool {

constinit spin_lock the_lock;

namespace {

/// What all shelves share.
struct shared_state {
    registry pages;
    supply kinds[POOL_KINDS] = {supply(cbf_pool_data), supply(cbf_pool_data + POOL_PAGES)};
    cbf_source newest_source = CBF_SOURCE_IMAGE;
    growing threads;
    std::size_t forks_within = 0; ///< begun by signal handlers while their thread held the lock
};
static_assert(std::is_trivially_destructible_v<shared_state>, "slots may be called and freed until the process ends");

constinit shared_state the_pool;

shared_state &shared() noexcept { return the_pool; }
supply &pages_of(slot_kind kind) noexcept { return shared().kinds[static_cast<std::size_t>(kind)]; }

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

// When the library is loaded: whatever is called first may already hold the lock while another thread forks.
[[gnu::constructor]] void guard_lock() {
    system::guard_forks(hold_for_fork, leave_after_fork, [] {
        shared().threads.keep_only(system::this_thread());
        leave_after_fork();
    });
}

} // namespace

/// The page that an address is in, if that is a record's.
static const page *page_of(const record *within) noexcept {
    return reinterpret_cast<const page *>(reinterpret_cast<std::uintptr_t>(within) &
                                          ~std::uintptr_t{POOL_PAGE_SIZE - 1});
}

/// Takes a record off a shelf; null if there is none.
inline record *session::next_of(shelf &from) noexcept {
    if (from.waiting() > quarantine) {
        record *const taken = from.oldest_;
        from.oldest_ = static_cast<record *>(taken->object);
        ++from.reused_;
        return taken;
    }
    if (from.used_ == POOL_SLOTS && !from.stock())
        return nullptr;
    return from.fresh_->records + from.used_++;
}

kept_record session::take(shelf &from) noexcept {
    record *const taken = next_of(from);
    return taken != nullptr ? kept_record{taken, shared().pages.find(page_of(taken)).objects} : kept_record{};
}

/// The page that a record of this owner is in; null if it is none.
inline const registry::entry *session::page_with(owner user, const record *asked) noexcept {
    const page *const records = page_of(asked);
    const registry::entry &known = shared().pages.find(records);
    const bool is_in_place = known.owner != nullptr && known.owner->user_ == user &&
                             reinterpret_cast<std::uintptr_t>(asked) % POOL_SLOT_SIZE == 0 &&
                             asked < records->records + POOL_SLOTS;
    return is_in_place ? &known : nullptr;
}

/// The page that a live slot's record is in; null if the slot is none.
inline const registry::entry *session::page_with_live(owner user, const record *asked) noexcept {
    const registry::entry *const known = page_with(user, asked);
    return known != nullptr && asked->code != nullptr && asked->code != known->owner->trap_ ? known : nullptr;
}

kept_record session::find_live(owner user, const void *slot) noexcept {
    record *const asked = record_of(slot);
    const registry::entry *const known = page_with_live(user, asked);
    return known != nullptr ? kept_record{asked, known->objects} : kept_record{};
}

[[gnu::cold]] cbf_status session::refusal(owner user, const void *slot) noexcept {
    const record *const asked = record_of(slot);
    const registry::entry *const known = page_with(user, asked);
    return known != nullptr && asked->code == known->owner->trap_ ? CBF_FREED : CBF_NOT_A_SLOT;
}

record *record_of(const void *slot) noexcept {
    return reinterpret_cast<record *>(reinterpret_cast<std::uintptr_t>(slot) +
                                      static_cast<std::uintptr_t>(arch::distance()));
}

void *slot_of(const record *of) noexcept {
    return reinterpret_cast<void *>(reinterpret_cast<std::uintptr_t>(of) -
                                    static_cast<std::uintptr_t>(arch::distance()));
}

shortage shelf::missing() const noexcept {
    return {shared().pages.lacks(), make_objects_ != nullptr && spare_ == nullptr, pages_of(kind()).is_empty()};
}

// Out of the way of take().
[[gnu::noinline, gnu::cold]] bool shelf::stock() noexcept {
    const shortage lacking = missing();
    if (lacking.entries != 0 || lacking.objects || lacking.run)
        return false;
    page *const fresh = pages_of(kind()).take();
    fresh->self = fresh;
    fresh->entry = entry_;
    page_objects *const objects = std::exchange(spare_, nullptr);
    if (objects != nullptr)
        objects->before = std::exchange(newest_objects_, objects);
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
    explicit growth(shelf &of) noexcept : of_(of), me_(system::this_thread()) {}
    growth(const growth &) = delete;
    growth &operator=(const growth &) = delete;
    ~growth() {
        if (has_begun_)
            end();
    }

    bool begin() noexcept {
        const session locked;
        has_begun_ = locked && shared().threads.begin(me_);
        if (has_begun_)
            missing_ = of_.missing();
        return has_begun_;
    }

    void make() {
        if (missing_.entries != 0 && !room_.map(missing_.entries))
            throw error::status_error(CBF_NO_MEMORY);
        if (missing_.objects)
            objects_ = of_.make_objects_();
        if (missing_.run)
            run_ = system::map_run(of_.kind());
        is_made_ = true;
    }

  private:
    void end() noexcept {
        const session locked;
        shared().threads.end(me_);
        if (!is_made_)
            return;
        shared().pages.move_to(room_);
        if (of_.spare_ == nullptr)
            of_.spare_ = objects_.release();
        if (run_.pages != nullptr) {
            pages_of(of_.kind()).add(run_.pages);
            shared().newest_source = run_.source;
        }
    }

    shelf &of_;
    const void *me_;
    bool has_begun_ = false, is_made_ = false;
    shortage missing_{};
    registry::room room_;
    std::unique_ptr<page_objects> objects_;
    system::run run_{};
};

[[gnu::noinline, gnu::cold]] bool grow(shelf &of) {
    const system::uncancellable guard;
    growth under_way(of);
    if (!under_way.begin())
        return false;
    under_way.make();
    return true;
}

/// Frees the slot of a record; null if it is not live.
inline const registry::entry *session::freed(owner user, record *live) noexcept {
    const registry::entry *const known = page_with_live(user, live);
    if (known == nullptr) [[unlikely]]
        return nullptr;
    shelf &of = *known->owner;
    // A call that has loaded the code already, but not yet the object, finds a word there that holds the trap, too: the
    // record freed next, or the shelf's own.
    store(*live, {of.trap_, &of.trap_});
    if (of.waiting() == 0)
        of.oldest_ = live;
    else
        of.newest_->object = live;
    of.newest_ = live;
    ++of.freed_;
    return known;
}

kept_record session::give(owner user, const void *slot) noexcept {
    record *const live = record_of(slot);
    const registry::entry *const known = freed(user, live);
    return known != nullptr ? kept_record{live, known->objects} : kept_record{};
}

void session::add_stats(const shelf &of, cbf_stats &out) const noexcept {
    const std::size_t ever_used = of.pages_ * POOL_SLOTS - (POOL_SLOTS - of.used_);
    out.live += ever_used - of.waiting();
    out.quarantined += of.waiting();
}

void session::page_stats(cbf_stats &out) const noexcept {
    out.pages = 0;
    for (const supply &kind : shared().kinds)
        out.pages += kind.runs() * POOL_PAGES;
    out.capacity = out.pages * POOL_SLOTS;
    out.bytes = out.pages * 2 * POOL_PAGE_SIZE;
    out.source = shared().newest_source;
}

namespace {

[[gnu::noinline, gnu::cold]] void *take_when_grown(shelf &from, record value) {
    return grow(from) ? take(from, value) : nullptr;
}

} // namespace

void *take(shelf &from, record value) {
    {
        const session locked;
        record *const taken = locked ? session::next_of(from) : nullptr;
        if (taken != nullptr) [[likely]] {
            store(*taken, value);
            return slot_of(taken);
        }
    }
    return take_when_grown(from, value);
}

cbf_status assign(owner user, void *slot, record value) noexcept {
    session locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const kept_record live = locked.find_live(user, slot);
    if (live.found == nullptr) [[unlikely]]
        return session::refusal(user, slot);
    store(*live.found, value);
    return CBF_OK;
}

cbf_status give(owner user, void *slot) noexcept {
    const session locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    return session::freed(user, record_of(slot)) != nullptr ? CBF_OK : session::refusal(user, slot);
}

} // namespace cbf::pool

void cbf_pool_trapped(const cbf::arch::record *called) {
    cbf::error::abort("cbframe: call of a freed callback at ",
                      reinterpret_cast<std::uintptr_t>(cbf::pool::slot_of(called)), "");
}
