// Which page of records belongs to which shelf.
#pragma once

#include "record.hpp"

#include <cstddef>
#include <cstdint>

namespace cbframe::pool {

class shelf;

/// A set of pages in use, asked by any address: an open-addressing hash table that only grows.
/// Trivially destroyed, its memory is never given back: slots may be called and freed until the process ends.
class registry {
  public:
    struct entry {
        const page *records = nullptr;
        shelf *owner = nullptr;
        void *objects = nullptr; // of a shelf that has such: as many as records
    };

    /// The entry of a page, one without an owner for an address that is no page in use. O(1).
    const entry &find(const page *records) noexcept {
        static constexpr entry none;
        if (records != last_.records) {
            if (size_ == 0)
                return none;
            const entry &found = entries_[position(records)];
            if (found.records != records)
                return none;
            last_ = found;
        }
        return last_;
    }

    /// Makes room for one more page. Throws std::bad_alloc.
    void reserve() {
        if (2 * (count_ + 1) <= size_)
            return;
        registry larger;
        larger.size_ = size_ != 0 ? 2 * size_ : 64;
        larger.entries_ = new entry[larger.size_];
        for (std::size_t i = 0; i < size_; ++i)
            if (entries_[i].records != nullptr)
                larger.insert(entries_[i]);
        delete[] entries_;
        *this = larger;
    }

    /// Adds a page that is not in the set; reserve() has made room.
    void insert(const entry &added) noexcept {
        entries_[position(added.records)] = added;
        ++count_;
    }

    std::size_t count() const noexcept { return count_; }

  private:
    // Where the page is, or the free place where it would go.
    std::size_t position(const page *records) const noexcept {
        const std::uint64_t number = reinterpret_cast<std::uintptr_t>(records) / POOL_PAGE_SIZE;
        auto at = static_cast<std::size_t>((number * 0x9e3779b97f4a7c15u) >> 32 & (size_ - 1));
        while (entries_[at].records != nullptr && entries_[at].records != records)
            at = (at + 1) & (size_ - 1);
        return at;
    }

    entry *entries_ = nullptr;
    std::size_t size_ = 0;
    std::size_t count_ = 0;
    entry last_;
};

} // namespace cbframe::pool
