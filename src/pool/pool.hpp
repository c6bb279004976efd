// Slots and who owns them: takes, frees, grows.
#pragma once

#include "arch/arch.hpp"
#include "lock.hpp"
#include "registry.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

// Where the code of freed records ends: says which slot was called, and aborts.
extern "C" [[noreturn, gnu::visibility("hidden")]] void cbf_pool_trapped(const cbf::arch::record *called);

namespace cbf::pool {

using arch::load;
using arch::page;
using arch::record;
using arch::slot_kind;
using arch::store;

/// A freed slot is not taken again before so many others of its shelf have been freed after it.
inline constexpr std::size_t quarantine = 1024;

/// Whose slots a shelf has: who changes or frees a slot must say it.
enum class owner : unsigned char {
    frames,
    typed,    ///< closures and callbacks of C++, which have an object elsewhere
    closures, ///< of C, whose objects the shelf keeps
};

/// What a shelf keeps beside the records of one page: what derives from it has an object for each. In use it is never
/// destroyed, and one leads to the other, for leak checkers do not see what only the pool's own memory points at.
struct page_objects {
    page_objects() noexcept = default;
    page_objects(const page_objects &) = delete;
    page_objects &operator=(const page_objects &) = delete;
    virtual ~page_objects() = default;

    page_objects *before = nullptr;
};

/// What must be made before there is a further page for a shelf.
struct shortage {
    std::size_t entries; ///< of the registry; 0: none
    bool objects;
    bool run;
};

/// The slots that lead to one entry. Fresh ones come from the pages in order; freed ones wait in a queue that runs
/// through their records.
class alignas(64) shelf {
  public:
    using object_maker = std::unique_ptr<page_objects>();

    /// entry: where the pages' tails jump, null where they have none. trap: the code of freed records, which
    /// must end in cbf_pool_trapped(). make_objects: makes those of a page; null if the shelf keeps none.
    constexpr shelf(owner user, void (*entry)(), void (*trap)(), object_maker *make_objects = nullptr) noexcept
        : user_(user), entry_(entry), trap_(trap), make_objects_(make_objects) {}

  private:
    std::size_t waiting() const noexcept { return freed_ - reused_; }
    slot_kind kind() const noexcept { return user_ == owner::frames ? slot_kind::frame : slot_kind::typed; }
    friend class session;
    friend class growth;

    /// What it needs to get a further page, and whether that is all there; under the lock.
    shortage missing() const noexcept;

    /// Gets a page of fresh slots; under the lock. False if something is missing.
    bool stock() noexcept;

    owner user_;
    void (*entry_)();
    void (*trap_)();
    object_maker *make_objects_;
    record *oldest_ = nullptr; // queue of freed slots
    record *newest_ = nullptr;
    // Two counts that only grow, because take() and give() in turn on one count wait for each other's store.
    std::size_t freed_ = 0;
    std::size_t reused_ = 0;
    page *fresh_ = nullptr; // the page that fresh slots come from
    std::size_t pages_ = 0;
    std::size_t used_ = POOL_SLOTS; // of the fresh page
    page_objects *spare_ = nullptr; // for the next page
    page_objects *newest_objects_ = nullptr;
};

/// A record, and the objects of its page, null if its shelf keeps none. Or none: found is null.
struct kept_record {
    record *found = nullptr;
    page_objects *objects = nullptr;

    std::size_t index() const noexcept {
        return reinterpret_cast<std::uintptr_t>(found) % POOL_PAGE_SIZE / POOL_SLOT_SIZE;
    }
};

extern constinit spin_lock the_lock;

/// Holds the lock of the pool: what is done through it happens at once, and calls nobody else's code. One that is false
/// holds nothing, and nothing may be done through it: its thread has one already, and a signal handler interrupted
/// that.
class [[nodiscard]] session {
  public:
    session() noexcept : holds_lock_(the_lock.lock()) {}
    ~session() {
        if (holds_lock_)
            the_lock.unlock();
    }
    session(const session &) = delete;
    session &operator=(const session &) = delete;
    explicit operator bool() const noexcept { return holds_lock_; }

    /// Takes a slot, whose record is yet to be filled. O(1). None if the shelf has none: see grow().
    kept_record take(shelf &from) noexcept;

    /// The record of a live slot of this owner; none if it is not one: see refusal().
    kept_record find_live(owner user, const void *slot) noexcept;

    /// Frees a live slot: it traps from now on. O(1). None if it is not one.
    kept_record give(owner user, const void *slot) noexcept;

    /// Why there is no live slot of this owner: CBF_NOT_A_SLOT or CBF_FREED.
    static cbf_status refusal(owner user, const void *slot) noexcept;

    /// Adds what one shelf holds to live and quarantined.
    void add_stats(const shelf &of, cbf_stats &out) const noexcept;

    /// Fills what all shelves share: capacity, pages, bytes, source.
    void page_stats(cbf_stats &out) const noexcept;

  private:
    friend void *take(shelf &from, record value);
    friend cbf_status give(owner user, void *slot) noexcept;
    static record *next_of(shelf &from) noexcept;
    static const registry::entry *freed(owner user, record *live) noexcept;
    static const registry::entry *page_with(owner user, const record *asked) noexcept;
    static const registry::entry *page_with_live(owner user, const record *asked) noexcept;

    bool holds_lock_;
};

/// Makes what a shelf needs to get a further page, without the lock: it takes time, and calls what others may have put
/// in place of the system's or the allocator's functions. Other threads may take what it brings. False if this thread
/// is in a session, or in growth within growth. Throws error::status_error: CBF_NO_MEMORY, CBF_NO_EXECUTABLE;
/// std::bad_alloc.
bool grow(shelf &of);

/// Takes a slot and fills its record. O(1). Null: CBF_BUSY. Throws as grow() does.
void *take(shelf &from, record value);

/// Fills the record of a live slot. CBF_OK, CBF_NOT_A_SLOT, CBF_FREED or CBF_BUSY.
cbf_status assign(owner user, void *slot, record value) noexcept;

/// Frees a slot: it traps from now on. O(1). The same.
cbf_status give(owner user, void *slot) noexcept;

/// The record that a slot leads to, and the slot that leads to a record.
record *record_of(const void *slot) noexcept;
void *slot_of(const record *of) noexcept;

} // namespace cbf::pool
