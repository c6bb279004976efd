// Memory of which it is known where it ends.
#pragma once

#include "mapped_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

// Pages of memory, the last of them unreadable; each readable qword holds its index. Of a file, all are mapped.
class guarded_pages {
  public:
    explicit guarded_pages(std::size_t readable, int fd = -1)
        : size_{(readable + 1) * page}, base_{static_cast<std::byte *>(mapped_pages::map(size_, fd))} {
        for (std::uint64_t i = 0; i < readable * page / 8; i++)
            std::memcpy(base_ + i * 8, &i, 8);
        if (fd < 0)
            mapped_pages::forbid(base_ + readable * page, page);
    }
    ~guarded_pages() { mapped_pages::unmap(base_, size_); }
    guarded_pages(const guarded_pages &) = delete;
    guarded_pages &operator=(const guarded_pages &) = delete;

    std::uintptr_t start() const { return reinterpret_cast<std::uintptr_t>(base_); }
    std::uintptr_t end() const { return start() + size_ - page; }

    static constexpr std::size_t page = 4096;

  private:
    std::size_t size_;
    std::byte *base_;
};
