// Slots and who owns them: takes, frees, grows.
#pragma once

#include "arch/arch.hpp"
#include "lock.hpp"
#include "registry.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

// Where the code of freed records ends: says which slot was called, and aborts.
extern "C" [[noreturn, gnu::visibility("hidden")]] void cbf_pool_trapped(const cbf::arch::record *record);

namespace cbf::pool {

using arch::load;
using arch::page;
using arch::record;
using arch::slot_kind;
using arch::store;
using arch::target;

/// A freed slot is not taken again before so many others of its free list have been freed after it.
inline constexpr std::size_t quarantine = 1024;

/// Whose slots a free list has: who changes or frees a slot must say it.
enum class owner : unsigned char {
    frames,
    typed,    ///< closures and callbacks of C++, which have an object elsewhere
    closures, ///< of C, whose objects the free list keeps
    taps,     ///< likewise
    forwarding_taps,
};

/// What a free list keeps beside the records of one page: what derives from it has an object for each. In use it is
/// never destroyed, and one leads to the other, for leak checkers do not see what only the pool's own memory points at.
struct page_objects {
    page_objects() noexcept = default;
    page_objects(const page_objects &) = delete;
    page_objects &operator=(const page_objects &) = delete;
    virtual ~page_objects() = default;

    page_objects *before = nullptr;
};

/// What must be made before there is a further page for a free list.
struct shortage {
    std::size_t entries; ///< of the registry; 0: none
    bool objects;
    bool run;
};

/// The slots that lead to one entry. Fresh ones come from the pages in order; freed ones wait in a queue that runs
/// through their records.
class alignas(64) free_list {
  public:
    using object_maker = std::unique_ptr<page_objects>();

    /// entry: where the pages' tails jump, null where they have none. trap: the code of freed records, which
    /// must end in cbf_pool_trapped(). make_objects: makes those of a page; null if the free list keeps none.
    constexpr free_list(owner user, void (*entry)(), void (*trap)(), object_maker *make_objects = nullptr) noexcept
        : user_(user), entry_(entry), trap_(trap), make_objects_(make_objects) {}

  private:
    std::size_t waiting() const noexcept { return freed_ - reused_; }
    slot_kind kind() const noexcept {
        if (user_ == owner::frames)
            return slot_kind::frame;
        return user_ == owner::taps || user_ == owner::forwarding_taps ? slot_kind::tap : slot_kind::typed;
    }
    friend class lock_guard;
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

/// The record of a slot, and the objects of its page, if its free list keeps any. Null if there is none.
struct slot_record {
    record *self = nullptr;
    page_objects *objects = nullptr;

    explicit operator bool() const noexcept { return self != nullptr; }

    /// Its own among the objects of the page.
    template <class Object>
    Object &among(Object (&each)[POOL_SLOTS]) const noexcept {
        static_assert(sizeof(Object) % POOL_SLOT_SIZE == 0); // so that one multiplication finds it
        return *reinterpret_cast<Object *>(reinterpret_cast<std::byte *>(each) +
                                           arch::offset_in_page(self) * (sizeof(Object) / POOL_SLOT_SIZE));
    }
};

/// Has a record lead to a pair from now on, and returns the one that it led to before, or null. Under the lock.
inline target *exchange_pair(record &changed, const target *pair) noexcept {
    target *const before = arch::pair_of(changed);
    arch::store_pair(changed, pair);
    return before;
}

extern constinit spin_lock the_lock;

/// Holds the lock of the pool: what is done through it happens at once, and calls nobody else's code. One that is false
/// holds nothing, and nothing may be done through it: its thread has one already, and a signal handler interrupted
/// that.
class [[nodiscard]] lock_guard {
  public:
    lock_guard() noexcept : holds_lock_(the_lock.lock()) {}
    /// False also where another thread holds it. Makes no call, so that a function without others needs no frame.
    explicit lock_guard(std::try_to_lock_t) noexcept : holds_lock_(the_lock.try_lock()) {}
    ~lock_guard() {
        if (holds_lock_)
            the_lock.unlock();
    }
    lock_guard(const lock_guard &) = delete;
    lock_guard &operator=(const lock_guard &) = delete;
    explicit operator bool() const noexcept { return holds_lock_; }

    /// Takes a slot, whose record is yet to be filled. O(1). None if the free list has none: see grow().
    slot_record take(free_list &list) noexcept;

    /// The same, but none either if a further page would have to be stocked; makes no call.
    slot_record take_ready(free_list &list) noexcept;

    /// The record of a live slot of this owner; none if it is not one: see refusal().
    slot_record find_live(owner user, const void *slot) noexcept;

    /// Why there is no live slot of this owner: CBF_NOT_A_SLOT or CBF_FREED.
    static cbf_status refusal(owner user, const void *slot) noexcept;

    /// Adds what one free list holds to live and quarantined.
    void add_stats(const free_list &list, cbf_stats &out) const noexcept;

    /// Fills what all free lists share: capacity, pages, bytes, source.
    void page_stats(cbf_stats &out) const noexcept;

  private:
    friend void *take(free_list &list, target to);
    friend cbf_status give(owner user, void *slot, target **pair) noexcept;
    static record *next_of(free_list &list) noexcept;
    static record *ready_of(free_list &list) noexcept;
    static slot_record with_objects(record *taken) noexcept;
    static bool free_live(owner user, record *slot, target **pair) noexcept;
    static const registry::entry *page_with(owner user, const record *candidate) noexcept;
    static const registry::entry *page_with_live(owner user, const record *candidate) noexcept;

    bool holds_lock_;
};

/// The page that an address is in, if that is a record's.
inline const page *page_of(const record *within) noexcept {
    return reinterpret_cast<const page *>(reinterpret_cast<std::uintptr_t>(within) - arch::offset_in_page(within));
}

/// Takes a record that is ready off a free list; null if there is none.
inline record *lock_guard::ready_of(free_list &list) noexcept {
    if (list.waiting() > quarantine) {
        record *const oldest = list.oldest_;
        list.oldest_ = oldest->next();
        ++list.reused_;
        return oldest;
    }
    return list.used_ != POOL_SLOTS ? list.fresh_->records + list.used_++ : nullptr;
}

/// The same of a further page, too.
inline record *lock_guard::next_of(free_list &list) noexcept {
    record *const ready = ready_of(list);
    return ready != nullptr || !list.stock() ? ready : ready_of(list);
}

inline slot_record lock_guard::with_objects(record *taken) noexcept {
    // In place of the page's own address, which frames alone need: see free_list::stock().
    return taken != nullptr ? slot_record{taken, reinterpret_cast<page_objects *>(page_of(taken)->self)}
                            : slot_record{};
}

inline slot_record lock_guard::take(free_list &list) noexcept { return with_objects(next_of(list)); }
inline slot_record lock_guard::take_ready(free_list &list) noexcept { return with_objects(ready_of(list)); }

/// Makes what a free list needs to get a further page, without the lock: it takes time, and calls what others may have
/// put in place of the system's or the allocator's functions. Other threads may take what it brings. False if this
/// thread holds the lock, or is in growth within growth. Throws error::status_error: CBF_NO_MEMORY, CBF_NO_EXECUTABLE;
/// std::bad_alloc.
bool grow(free_list &list);

/// Takes a slot and fills its record. O(1). Null: CBF_BUSY. Throws as grow() does.
void *take(free_list &list, target to);

/// Fills the record of a live slot. CBF_OK, CBF_NOT_A_SLOT, CBF_FREED or CBF_BUSY.
cbf_status assign(owner user, void *slot, target to) noexcept;

/// The same of both halves at once, where the CPU has no store for that. pair: what the record leads to from now on;
/// becomes the one that it led to before, or null.
cbf_status assign(owner user, void *slot, target *&pair) noexcept;

/// Frees a slot: it traps from now on. O(1). The same. pair: becomes the one that the record led to, if there was one.
cbf_status give(owner user, void *slot, target **pair = nullptr) noexcept;

/// The record that a slot leads to, and the slot that leads to a record.
inline record *record_of(const void *slot) noexcept {
    return reinterpret_cast<record *>(reinterpret_cast<std::uintptr_t>(slot) +
                                      static_cast<std::uintptr_t>(arch::distance()));
}
inline void *slot_of(const record *record) noexcept {
    return reinterpret_cast<void *>(reinterpret_cast<std::uintptr_t>(record) -
                                    static_cast<std::uintptr_t>(arch::distance()));
}

} // namespace cbf::pool
