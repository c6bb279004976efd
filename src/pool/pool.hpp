// Slots and who owns them: takes, frees, grows.
#pragma once

#include "lock.hpp"
#include "record.hpp"
#include "source.hpp"

#include <cstddef>
#include <cstdint>

// Where the code of freed records ends: says which slot was called, and aborts.
extern "C" [[noreturn, gnu::visibility("hidden")]] void cbf_pool_trapped(const cbframe::pool::record *called);

namespace cbframe::pool {

/// A freed slot is not taken again before so many others of its shelf have been freed after it.
inline constexpr std::size_t quarantine = 1024;

/// Whose slots a shelf has: who changes or frees a slot must say it.
enum class owner : unsigned char {
    frames,
    typed,    ///< closures and callbacks of C++, which have an object elsewhere
    closures, ///< of C, whose objects the shelf keeps
};

/// The slots that lead to one entry. Fresh ones come from the pages in order; freed ones wait in a queue that runs
/// through their records.
class shelf {
  public:
    /// entry: where the pages' tails jump, null where they have none. trap: the code of freed records, which
    /// must end in cbf_pool_trapped(). make_objects: makes an array of POOL_SLOTS objects, one for each record of a
    /// page, which are never destroyed; null if the shelf keeps none.
    constexpr shelf(owner user, void (*entry)(), void (*trap)(), void *(*make_objects)() = nullptr) noexcept
        : user_(user), entry_(entry), trap_(trap), make_objects_(make_objects) {}

  private:
    std::size_t waiting() const noexcept { return freed_ - reused_; }
    slot_kind kind() const noexcept { return user_ == owner::frames ? slot_kind::frame : slot_kind::typed; }
    friend class session;
    friend void add_stats(const shelf &of, cbf_stats &out) noexcept;

    /// Gets a page of fresh slots; under the lock.
    void stock();

    owner user_;
    void (*entry_)();
    void (*trap_)();
    void *(*make_objects_)();
    record *oldest_ = nullptr; // queue of freed slots
    record *newest_ = nullptr;
    // Two counts that only grow, because take() and give() in turn on one count wait for each other's store.
    std::size_t freed_ = 0;
    std::size_t reused_ = 0;
    page *fresh_ = nullptr; // the page that fresh slots come from
    std::size_t pages_ = 0;
    std::size_t used_ = POOL_SLOTS; // of the fresh page
};

/// A record, and the array of the objects of its page, null if its shelf keeps none.
struct kept_record {
    record *found;
    void *objects;

    std::size_t index() const noexcept {
        return reinterpret_cast<std::uintptr_t>(found) % POOL_PAGE_SIZE / POOL_SLOT_SIZE;
    }
};

extern constinit spin_lock the_lock;

/// Holds the lock of the pool: what is done through it happens at once.
class [[nodiscard]] session {
  public:
    session() noexcept { the_lock.lock(); }
    ~session() { the_lock.unlock(); }
    session(const session &) = delete;
    session &operator=(const session &) = delete;

    /// Takes a slot, whose record is yet to be filled. O(1).
    /// Throws std::system_error: errc::no_memory, errc::no_executable; std::bad_alloc.
    kept_record take(shelf &from);

    /// The record of a live slot of this owner. Throws std::system_error: errc::not_a_slot, errc::freed.
    kept_record find_live(owner user, const void *slot);

    /// Frees a live slot: it traps from now on. O(1). Throws as find_live does.
    kept_record give(owner user, const void *slot);

  private:
    friend void *take(shelf &from, record value);
    static record *next_of(shelf &from);
    static kept_record find_live(owner user, const void *slot, shelf *&of);
};

/// Takes a slot and fills its record. O(1). Returns the slot's address. Throws as session::take does.
void *take(shelf &from, record value);

/// Fills the record of a live slot. Throws as session::find_live does.
void assign(owner user, void *slot, record value);

/// Frees a slot: it traps from now on. O(1). Throws as assign does.
void give(owner user, void *slot);

/// The record that a slot leads to, and the slot that leads to a record.
record *record_of(const void *slot) noexcept;
void *slot_of(const record *of) noexcept;

/// Adds what one shelf holds to live and quarantined.
void add_stats(const shelf &of, cbf_stats &out) noexcept;

/// Fills what all shelves share: capacity, pages, bytes, source.
void page_stats(cbf_stats &out) noexcept;

/// Keeps the lock whole across fork(); one file a system.
void guard_forks(void (*before)(), void (*after)());

} // namespace cbframe::pool
