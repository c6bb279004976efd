// A run's worth of memory where nothing was mapped before.
#pragma once

#include "system/system.hpp"

#include <sys/mman.h>

namespace cbf::system {

/// run_size bytes at exactly the address that is wanted, or nothing: it never takes the place of what is mapped there.
/// (MAP_FIXED would, and where it fails it may leave nothing in that place.) Given back unless it is kept.
class mapping {
  public:
    mapping(std::byte *at, int protection, int flags, int file = -1, off_t offset = 0) noexcept {
        void *const mapped = mmap(at, arch::run_size, protection, flags, file, offset);
        if (mapped == at)
            at_ = at;
        else if (mapped != MAP_FAILED) // somebody else has that address
            munmap(mapped, arch::run_size);
    }
    mapping(const mapping &) = delete;
    mapping &operator=(const mapping &) = delete;
    ~mapping() {
        if (at_ != nullptr)
            munmap(at_, arch::run_size);
    }

    explicit operator bool() const noexcept { return at_ != nullptr; }
    void keep() noexcept { at_ = nullptr; }

  private:
    std::byte *at_ = nullptr;
};

} // namespace cbf::system
