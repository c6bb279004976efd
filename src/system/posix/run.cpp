#include "system/posix/mapping.hpp"

#include "error/error.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace cbf::system {

namespace {

// Here, because a linker takes nothing from a static library that nobody calls.
[[gnu::constructor]] void when_loaded() { stay_loaded(); }

[[noreturn]] void fail(cbf_status why) { throw error::status_error(why); }

// Runs lie side by side, so that the kernel needs one mapping for the records of several, and one for their code where
// that is anonymous: code beside code, for as many runs as fit between code and records, then as many records.
//
//     code 0, code 1, …, records 0, records 1, …, code n, code n+1, …, records n, records n+1, …

constexpr std::size_t runs_of_stretch = 16;

/// How many mappings a process must still be able to make when a stretch begins, whose runs take 32 at most.
constexpr std::size_t spare_mappings = 48;

std::size_t between() noexcept { return static_cast<std::size_t>(std::abs(arch::distance())); }
std::size_t runs_of_row() noexcept { return std::min(runs_of_stretch, between() / arch::run_size); }

/// The lower part of a run, code or records, in its stretch.
std::size_t offset_of(std::size_t run) noexcept {
    return run / runs_of_row() * 2 * between() + run % runs_of_row() * arch::run_size;
}

/// No system has smaller ones.
constexpr std::size_t smallest_page = 4096;

/// The newest run: where its stretch begins, plus its number there. Only where to try next: others may have mapped
/// something there, or threads may try the same place.
constinit std::atomic<std::uintptr_t> newest{0};
static_assert(runs_of_stretch < smallest_page);

/// Addresses of which none is mapped, for a stretch that lies to pages as the image does; null if there are none, or if
/// the process would be left with too few mappings to live on.
std::byte *find_stretch() noexcept {
    const std::size_t page_size = system::page_size();
    const std::size_t size = std::max(offset_of(runs_of_stretch - 1) + between() + arch::run_size + POOL_PAGE_SIZE,
                                      spare_mappings * page_size);
    void *const found = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (found == MAP_FAILED)
        return nullptr;
    auto *const first = static_cast<std::byte *>(found);
    bool has_spare = true;
    for (std::size_t page = 1; has_spare && page < spare_mappings; page += 2) // two mappings more each
        has_spare = mprotect(first + page * page_size, page_size, PROT_READ) == 0;
    return munmap(first, size) == 0 && has_spare ? first + POOL_PAGE_SIZE - arch::offset_in_page(first) : nullptr;
}

/// A run at a place that was free when it was chosen. Nothing if it is not any more.
std::optional<run> map_at(arch::slot_kind kind, std::byte *lower) {
    constexpr int writable = PROT_READ | PROT_WRITE, anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    std::byte *const code = arch::distance() > 0 ? lower : lower + between();
    std::byte *const records = code + arch::distance();
    mapping data(records, writable, anonymous);
    if (!data)
        return std::nullopt;
    cbf_source source = CBF_SOURCE_FILE;
    if (!map_code_from_file(kind, code)) {
        mapping copy(code, writable, anonymous);
        if (!copy)
            return std::nullopt;
        if (!seal_anonymous_code(kind, code))
            fail(CBF_NO_EXECUTABLE);
        copy.keep();
        source = CBF_SOURCE_ANONYMOUS;
    }
    data.keep();
    return run{reinterpret_cast<arch::page *>(records), source};
}

/// A run of a stretch, which is the newest from now on.
std::optional<run> map_in(arch::slot_kind kind, std::uintptr_t stretch, std::size_t number) {
    auto *const first = reinterpret_cast<std::byte *>(stretch);
    const std::optional<run> mapped = map_at(kind, first + offset_of(number));
    if (mapped)
        newest.store(stretch + number, std::memory_order_relaxed);
    return mapped;
}

} // namespace

run map_run(arch::slot_kind kind) {
    const std::uintptr_t last = newest.load(std::memory_order_relaxed);
    const std::size_t number = last % smallest_page + 1;
    if (last != 0 && number < runs_of_stretch)
        if (const auto mapped = map_in(kind, last - last % smallest_page, number))
            return *mapped;
    for (int tries = 0; tries < 8; ++tries) { // each fails only if another thread takes the place meanwhile
        std::byte *const stretch = find_stretch();
        if (stretch == nullptr)
            break;
        if (const auto mapped = map_in(kind, reinterpret_cast<std::uintptr_t>(stretch), 0))
            return *mapped;
    }
    fail(CBF_NO_MEMORY);
}

} // namespace cbf::system
