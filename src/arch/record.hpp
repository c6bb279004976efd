// What a slot leads to.
#pragma once

#include "arch/shape.h"

#include <cstddef>
#include <cstdint>

namespace cbf::arch {

/// What a slot leads to. Code is what a typed slot jumps to, and what the entry of a frame calls; object is whatever
/// that code expects.
struct target {
    void (*code)() = nullptr;
    void *object = nullptr;
};

/// Where a slot finds its target: POOL_SLOT_SIZE bytes at a fixed distance from it. How a target is kept there is the
/// CPU's affair, as is who may change it while others read it: see store() and load(). Fresh ones have no code.
struct alignas(POOL_SLOT_SIZE) record {
    target kept;

    // The rest is for the pool, under its lock: a call reads by load().
    bool is_fresh() const noexcept { return kept.code == nullptr; }
    bool leads_to(void (*code)()) const noexcept { return kept.code == code; }

    /// Records that no live slot has form lists: the trap, which theirs lead to, takes any object.
    record *next() const noexcept { return static_cast<record *>(kept.object); }
    void link(record *to) noexcept { kept.object = to; }
};
static_assert(sizeof(record) == POOL_SLOT_SIZE);

// ThreadSanitizer does not know that one access stores or loads both halves, and that a load therefore needs no lock.
#if defined(__SANITIZE_THREAD__)
#define ARCH_ONE_ACCESS __attribute__((no_sanitize("thread"), noinline))
#else
#define ARCH_ONE_ACCESS
#endif

/// A page of records, and what the tail of its page of code reads.
struct alignas(POOL_PAGE_SIZE) page {
    record records[POOL_SLOTS];
    page *self;
    alignas(POOL_SLOT_SIZE / 2) void (*entry)();
};
static_assert(sizeof(page) == POOL_PAGE_SIZE);
static_assert(offsetof(page, self) == POOL_PAGE_FIELD && offsetof(page, entry) == POOL_ENTRY_FIELD);

} // namespace cbf::arch
