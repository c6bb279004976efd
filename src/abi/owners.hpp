// How many own something that nobody else changes.
#pragma once

#include <cbframe/detail/only_thread.hpp>

#include <cstddef>

namespace cbf {

/// A count of owners, from 1. As that of std::shared_ptr: in a process without other threads nothing is locked.
class owners {
  public:
    void add() noexcept {
        if (cbframe::detail::is_only_thread())
            ++count_;
        else
            __atomic_fetch_add(&count_, 1, __ATOMIC_RELAXED);
    }

    /// True if there is none left.
    bool drop() noexcept {
        if (cbframe::detail::is_only_thread())
            return --count_ == 0;
        return __atomic_sub_fetch(&count_, 1, __ATOMIC_ACQ_REL) == 0;
    }

  private:
    std::ptrdiff_t count_ = 1;
};

} // namespace cbf
