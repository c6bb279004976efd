// Which page of records belongs to which free list.
#pragma once

#include "arch/arch.hpp"
#include "system/system.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace cbf::pool {

using arch::page;

class free_list;
struct page_objects;

/// A set of pages in use, asked by any address: an open-addressing hash table that only grows.
/// Trivially destroyed, its memory is never given back: slots may be called and freed until the process ends.
class registry {
  public:
    struct entry {
        const page *records = nullptr;
        free_list *list = nullptr;
        page_objects *objects = nullptr; // of a free list that has such
    };

    /// Memory for entries: got before, and given back after, the set is changed.
    class room {
      public:
        room() noexcept = default;
        room(const room &) = delete;
        room &operator=(const room &) = delete;
        ~room() {
            if (entries_ != nullptr)
                system::unmap_memory(entries_, size_ * sizeof(entry));
        }

        /// For so many. False if the system has no memory.
        bool map(std::size_t size) noexcept {
            entries_ = static_cast<entry *>(system::map_memory(size * sizeof(entry)));
            size_ = size;
            return entries_ != nullptr;
        }

      private:
        friend class registry;
        entry *entries_ = nullptr;
        std::size_t size_ = 0;
    };

    /// The entry of a page, one without a list for an address that is no page in use. O(1).
    const entry &find(const page *records) noexcept {
        static constexpr entry none;
        if (records != last_.records) {
            const entry &found = entries_[position(records)];
            if (found.records != records)
                return none;
            last_ = found;
        }
        return last_;
    }

    /// How many entries there must be room for before the next insert(); 0 if there is room.
    std::size_t lacks() const noexcept { return 2 * (count_ + 1) <= size_ ? 0 : 2 * size_; }

    /// Moves to more room, and leaves there what it had; does nothing if it has as much by now.
    void move_to(room &larger) noexcept {
        if (larger.entries_ == nullptr || larger.size_ <= size_)
            return;
        registry moved;
        moved.entries_ = larger.entries_;
        moved.size_ = larger.size_;
        for (std::size_t i = 0; i < size_; ++i)
            if (entries_[i].records != nullptr)
                moved.insert(entries_[i]);
        larger.entries_ = entries_ != first_ ? entries_ : nullptr;
        larger.size_ = size_;
        *this = moved;
    }

    /// Adds a page that is not in the set and for which there is room.
    void insert(const entry &added) noexcept {
        entries_[position(added.records)] = added;
        ++count_;
    }

  private:
    // Where the page is, or the free place where it would go.
    std::size_t position(const page *records) const noexcept {
        const std::uint64_t number = reinterpret_cast<std::uintptr_t>(records) / POOL_PAGE_SIZE;
        auto at = static_cast<std::size_t>((number * 0x9e3779b97f4a7c15u) >> 32 & (size_ - 1));
        while (entries_[at].records != nullptr && entries_[at].records != records)
            at = (at + 1) & (size_ - 1);
        return at;
    }

    // Enough for the pages of the image.
    static constexpr std::size_t first_size = std::bit_ceil<std::size_t>(2 * POOL_KINDS * POOL_PAGES);
    static entry first_[first_size];

    entry *entries_ = first_;
    std::size_t size_ = first_size;
    std::size_t count_ = 0;
    entry last_;
};

inline constinit registry::entry registry::first_[registry::first_size]{};

} // namespace cbf::pool
