// Where pages come from.
#pragma once

#include "record.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>

// The pages built into the image; see slots.S.
extern "C" {
[[gnu::visibility("hidden")]] extern const std::byte cbf_pool_code[POOL_KINDS * POOL_PAGES * POOL_PAGE_SIZE];
[[gnu::visibility("hidden")]] extern cbframe::pool::page cbf_pool_data[POOL_KINDS * POOL_PAGES];
}

namespace cbframe::pool {

/// The two kinds of slots: those of frames change nothing on the way to their entry, the typed use a register.
enum class slot_kind : unsigned char { frame, typed };

inline constexpr std::size_t run_size = POOL_PAGES * POOL_PAGE_SIZE;

/// The code of one kind in the image, and its records.
inline const std::byte *image_code(slot_kind kind) noexcept {
    return cbf_pool_code + static_cast<std::size_t>(kind) * run_size;
}
inline page *image_pages(slot_kind kind) noexcept {
    return cbf_pool_data + static_cast<std::size_t>(kind) * POOL_PAGES;
}

/// From a slot to its record, everywhere.
inline std::ptrdiff_t distance() noexcept { return reinterpret_cast<const std::byte *>(cbf_pool_data) - cbf_pool_code; }

/// POOL_PAGES pages of records, with the code of their slots at -distance() from them.
struct run {
    page *pages;
    cbf_source source;
};

/// Maps a further run of a kind. Thread-safe. Throws std::system_error: errc::no_memory, errc::no_executable.
run map_run(slot_kind kind);

/// Maps image_code(kind) once more at a page-aligned address where nothing is mapped. False, and nothing is mapped
/// there, if the system does not allow it or the code could be somebody else's. One file a system; Windows has none.
bool map_code_from_file(slot_kind kind, std::byte *at) noexcept;

/// Writes a copy of image_code(kind) to memory that the caller has mapped, and makes it executable and read-only.
/// False where the system does not allow it.
bool seal_anonymous_code(slot_kind kind, std::byte *at) noexcept;

/// Keeps the image that has this code in the process, the library's own or that of a plugin with a static copy of it:
/// function pointers may outlive whoever loaded it, further pages lead to it, and another copy would not know them.
/// While the image is loaded; one file a system.
void stay_loaded() noexcept;

} // namespace cbframe::pool
