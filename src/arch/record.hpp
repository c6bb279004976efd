// What a slot leads to.
#pragma once

#include "arch/x86/shape.h"

#include <cstddef>
#include <cstdint>

namespace cbframe::arch {

/// What a slot leads to: 16 bytes at a fixed distance from it. Code is what a typed slot jumps to, and what the
/// entry of a frame calls; object is whatever that code expects. A freed record's object is the record freed next.
struct alignas(POOL_SLOT_SIZE) record {
    void (*code)();
    void *object;
};
static_assert(sizeof(record) == POOL_SLOT_SIZE);

// Both halves in one access, as the entry of a frame loads them. That is one for other processors, too, if it is of 8
// bytes or the processor has AVX: Intel SDM vol. 3, 9.1.1; AMD64 vol. 2, 7.3.2. Without AVX another thread may see the
// new half of one and the old of the other, which the headers say; a signal handler of this thread never does.
using both_of_16 = long long __attribute__((vector_size(16), may_alias));
using both_of_8 [[gnu::aligned(8), gnu::may_alias]] = std::uint64_t; // to i386 it is aligned to 4

/// Stores both halves in one access.
inline void store(record &to, record value) noexcept {
    const auto code = reinterpret_cast<std::uintptr_t>(value.code);
    const auto object = reinterpret_cast<std::uintptr_t>(value.object);
    // Not by way of memory: a load cannot take its 16 bytes from two stores still under way.
    if constexpr (sizeof(void *) == 8)
        *reinterpret_cast<volatile both_of_16 *>(&to) =
            both_of_16{static_cast<long long>(code), static_cast<long long>(object)};
    else
        __atomic_store_n(reinterpret_cast<both_of_8 *>(&to), std::uint64_t{object} << 32 | code, __ATOMIC_RELAXED);
}

// ThreadSanitizer does not know that one access stores or loads both halves, and that a load therefore needs no lock.
#if defined(__SANITIZE_THREAD__)
#define POOL_ONE_ACCESS __attribute__((no_sanitize("thread"), noinline))
#else
#define POOL_ONE_ACCESS
#endif

/// Loads both halves in one access, while another thread may store them.
POOL_ONE_ACCESS inline record load(const record &from) noexcept {
    const auto made = [](auto code, auto object) {
        return record{reinterpret_cast<void (*)()>(static_cast<std::uintptr_t>(code)),
                      reinterpret_cast<void *>(static_cast<std::uintptr_t>(object))};
    };
    if constexpr (sizeof(void *) == 8) {
        const both_of_16 loaded = *reinterpret_cast<const volatile both_of_16 *>(&from);
        return made(loaded[0], loaded[1]);
    } else {
        const std::uint64_t loaded = __atomic_load_n(reinterpret_cast<const both_of_8 *>(&from), __ATOMIC_RELAXED);
        return made(loaded & 0xffffffff, loaded >> 32);
    }
}

/// A page of records, and what the tail of its page of code reads.
struct alignas(POOL_PAGE_SIZE) page {
    record records[POOL_SLOTS];
    page *self;
    alignas(POOL_SLOT_SIZE / 2) void (*entry)();
};
static_assert(sizeof(page) == POOL_PAGE_SIZE);
static_assert(offsetof(page, self) == POOL_PAGE_FIELD && offsetof(page, entry) == POOL_ENTRY_FIELD);

} // namespace cbframe::arch
