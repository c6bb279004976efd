#include "pool.hpp"

#include "registry.hpp"
#include "report/abort.hpp"

#include <cbframe/error.hpp>

#include <type_traits>

namespace cbframe::pool {

constinit spin_lock the_lock;

namespace {

/// The pages of one kind that no shelf has yet, and how many runs of pages there are.
struct supply {
    run newest;
    std::size_t handed_out = 0; // pages of the newest run that shelves have
    std::size_t runs = 1;
};

/// What all shelves share.
struct shared_state {
    registry pages;
    supply kinds[POOL_KINDS] = {{.newest = {cbf_pool_data, CBF_SOURCE_IMAGE}},
                                {.newest = {cbf_pool_data + POOL_PAGES, CBF_SOURCE_IMAGE}}};
    cbf_source newest_source = CBF_SOURCE_IMAGE;
};
static_assert(std::is_trivially_destructible_v<shared_state>, "slots may be called and freed until the process ends");

constinit shared_state the_pool;

shared_state &shared() noexcept { return the_pool; }

// When the library is loaded: whatever is called first may already hold the lock while another thread forks.
[[gnu::constructor]] void guard_lock() {
    guard_forks([] { the_lock.lock(); }, [] { the_lock.unlock(); });
}

[[noreturn, gnu::cold]] void fail(errc code) { throw std::system_error(code); }

/// A page of a kind that no shelf has yet; under the lock.
page *next_page(slot_kind kind) {
    supply &from = shared().kinds[static_cast<std::size_t>(kind)];
    if (from.handed_out == POOL_PAGES) {
        from.newest = map_run(kind);
        from.handed_out = 0;
        ++from.runs;
        shared().newest_source = from.newest.source;
    }
    return from.newest.pages + from.handed_out;
}

} // namespace

/// The page that an address is in, if that is a record's.
inline const page *page_of(const record *within) noexcept {
    return reinterpret_cast<const page *>(reinterpret_cast<std::uintptr_t>(within) &
                                          ~std::uintptr_t{POOL_PAGE_SIZE - 1});
}

/// Takes a record off a shelf.
inline record *session::next_of(shelf &from) {
    if (from.waiting() > quarantine) {
        record *const taken = from.oldest_;
        from.oldest_ = static_cast<record *>(taken->object);
        ++from.reused_;
        return taken;
    }
    if (from.used_ == POOL_SLOTS)
        from.stock();
    return from.fresh_->records + from.used_++;
}

inline kept_record session::find_live(owner user, const void *slot, shelf *&of) {
    record *const found = record_of(slot);
    const auto address = reinterpret_cast<std::uintptr_t>(found);
    const page *const records = page_of(found);
    const registry::entry &known = shared().pages.find(records);
    const bool is_in_place = known.owner != nullptr && known.owner->user_ == user && address % POOL_SLOT_SIZE == 0 &&
                             found < records->records + POOL_SLOTS;
    if (!is_in_place || found->code == nullptr)
        fail(errc::not_a_slot);
    if (found->code == known.owner->trap_)
        fail(errc::freed);
    of = known.owner;
    return {found, known.objects};
}

kept_record session::find_live(owner user, const void *slot) {
    shelf *of;
    return find_live(user, slot, of);
}

record *record_of(const void *slot) noexcept {
    return reinterpret_cast<record *>(reinterpret_cast<std::uintptr_t>(slot) + static_cast<std::uintptr_t>(distance()));
}

void *slot_of(const record *of) noexcept {
    return reinterpret_cast<void *>(reinterpret_cast<std::uintptr_t>(of) - static_cast<std::uintptr_t>(distance()));
}

// Out of the way of take().
[[gnu::noinline, gnu::cold]] void shelf::stock() {
    shared().pages.reserve();
    page *const fresh = next_page(kind());
    void *const objects = make_objects_ != nullptr ? make_objects_() : nullptr;
    fresh->self = fresh;
    fresh->entry = entry_;
    shared().pages.insert({fresh, this, objects});
    ++shared().kinds[static_cast<std::size_t>(kind())].handed_out;
    fresh_ = fresh;
    ++pages_;
    used_ = 0;
}

kept_record session::take(shelf &from) {
    record *const taken = next_of(from);
    return {taken, shared().pages.find(page_of(taken)).objects};
}

kept_record session::give(owner user, const void *slot) {
    shelf *of;
    const kept_record freed = find_live(user, slot, of);
    store(*freed.found, {of->trap_, nullptr});
    if (of->waiting() == 0)
        of->oldest_ = freed.found;
    else
        of->newest_->object = freed.found;
    of->newest_ = freed.found;
    ++of->freed_;
    return freed;
}

void *take(shelf &from, record value) {
    session locked;
    record *const taken = locked.next_of(from);
    store(*taken, value);
    return slot_of(taken);
}

void assign(owner user, void *slot, record value) {
    session locked;
    store(*locked.find_live(user, slot).found, value);
}

void give(owner user, void *slot) {
    session locked;
    locked.give(user, slot);
}

void add_stats(const shelf &of, cbf_stats &out) noexcept {
    const session locked;
    const std::size_t ever_used = of.pages_ * POOL_SLOTS - (POOL_SLOTS - of.used_);
    out.live += ever_used - of.waiting();
    out.quarantined += of.waiting();
}

void page_stats(cbf_stats &out) noexcept {
    const session locked;
    const shared_state &state = shared();
    out.pages = 0;
    for (const supply &kind : state.kinds)
        out.pages += kind.runs * POOL_PAGES;
    out.capacity = out.pages * POOL_SLOTS;
    out.bytes = out.pages * 2 * POOL_PAGE_SIZE;
    out.source = state.newest_source;
}

} // namespace cbframe::pool

void cbf_pool_trapped(const cbframe::pool::record *called) {
    cbframe::report::abort("cbframe: call of a freed callback at ",
                           reinterpret_cast<std::uintptr_t>(cbframe::pool::slot_of(called)), "");
}
