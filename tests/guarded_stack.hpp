// Memory with an inaccessible page below it.
#pragma once

#include "mapped_pages.hpp"

#include <cstddef>
#include <cstdint>

class guarded_stack {
  public:
    explicit guarded_stack(std::size_t size)
        : size_((size + 15) / 16 * 16),
          memory_(static_cast<unsigned char *>(mapped_pages::map(page + size_ + page, no_file))) {
        mapped_pages::forbid(memory_, page);
    }
    guarded_stack(const guarded_stack &) = delete;
    guarded_stack &operator=(const guarded_stack &) = delete;
    ~guarded_stack() { mapped_pages::unmap(memory_, page + size_ + page); }

    unsigned char *bottom() const { return memory_ + page; }
    unsigned char *top() const { return bottom() + size_; }
    std::size_t size() const { return size_; }
    bool holds(std::uintptr_t address) const { return address - reinterpret_cast<std::uintptr_t>(bottom()) < size_; }

  private:
    static constexpr std::size_t page = 4096;
    static constexpr int no_file = -1;
    std::size_t size_;
    unsigned char *memory_;
};
