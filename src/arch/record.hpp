// What a slot leads to.
#pragma once

#include "arch/shape.h"

#include <cstddef>
#include <cstdint>

namespace cbf::arch {

/// What a slot leads to: 16 bytes at a fixed distance from it. Code is what a typed slot jumps to, and what the
/// entry of a frame calls; object is whatever that code expects. A freed record's object is the record freed next.
struct alignas(POOL_SLOT_SIZE) record {
    void (*code)();
    void *object;
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
