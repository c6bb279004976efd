// The slots that are built into the image, and what they lead to.
#pragma once

#include "arch/record.hpp"

#include <cstddef>

// See slots.S.
extern "C" {
[[gnu::visibility("hidden")]] extern const std::byte cbf_pool_code[POOL_KINDS * POOL_PAGES * POOL_PAGE_SIZE];
[[gnu::visibility("hidden")]] extern cbf::arch::page cbf_pool_data[POOL_KINDS * POOL_PAGES];
}

namespace cbf::arch {

/// The kinds of slots: those of frames change nothing on the way to their entry, the typed use a register. To those of
/// taps an entry comes back; on some CPUs they are of the same kind as those of frames.
enum class slot_kind : unsigned char { frame, typed, tap = POOL_KIND_OF_TAPS };

inline constexpr std::size_t run_size = POOL_PAGES * POOL_PAGE_SIZE;

/// The code of one kind in the image.
inline const std::byte *image_code(slot_kind kind) noexcept {
    return cbf_pool_code + static_cast<std::size_t>(kind) * run_size;
}

/// Of an address in its page of records, or in its page of code. Pages lie as those of the image do, which a loader
/// need not align to more than the system's own pages.
inline std::size_t offset_in_page(const void *address) noexcept {
    return (reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(cbf_pool_data)) %
           POOL_PAGE_SIZE;
}

/// From a slot to its record, everywhere.
inline std::ptrdiff_t distance() noexcept { return reinterpret_cast<const std::byte *>(cbf_pool_data) - cbf_pool_code; }

} // namespace cbf::arch
