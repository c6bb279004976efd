// Pages that no shelf has yet.
#pragma once

#include "arch/arch.hpp"

#include <cstddef>

namespace cbf::pool {

using arch::page;

/// The pages of one kind that no shelf has yet, and how many runs of them there ever were.
class supply {
  public:
    constexpr explicit supply(page *image) noexcept : next_(image) {}

    bool is_empty() const noexcept { return left_ == 0 && further_ == nullptr; }
    std::size_t runs() const noexcept { return runs_; }

    /// Adds a run of pages that nobody has used. Two threads may bring one each: they wait in a stack that runs through
    /// their first records.
    void add(page *run) noexcept {
        run->records[0].object = further_;
        further_ = run;
        ++runs_;
    }

    /// Takes a page; there must be one.
    page *take() noexcept {
        if (left_ == 0) {
            next_ = further_;
            further_ = static_cast<page *>(next_->records[0].object);
            left_ = POOL_PAGES;
        }
        --left_;
        return next_++;
    }

  private:
    page *next_;
    std::size_t left_ = POOL_PAGES;
    page *further_ = nullptr;
    std::size_t runs_ = 1;
};

} // namespace cbf::pool
