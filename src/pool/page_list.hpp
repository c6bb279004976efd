// Pages that no free list has yet.
#pragma once

#include "arch/arch.hpp"

#include <cstddef>

namespace cbf::pool {

using arch::page;

/// The pages of one kind that no free list has yet, and how many runs of them there ever were.
class page_list {
  public:
    constexpr explicit page_list(page *image) noexcept : next_(image) {}

    bool is_empty() const noexcept { return left_ == 0 && further_ == nullptr; }
    std::size_t runs() const noexcept { return runs_; }

    /// Adds a run of pages that nobody has used. Two threads may bring one each: they wait in a stack that runs through
    /// what will say where they are.
    void add(page *run) noexcept {
        run->self = further_;
        further_ = run;
        ++runs_;
    }

    /// Takes a page; there must be one.
    page *take() noexcept {
        if (left_ == 0) {
            next_ = further_;
            further_ = next_->self;
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
