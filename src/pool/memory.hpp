// Memory for what the pool remembers, from the system alone: an allocator may be anybody's code.
#pragma once

#include <cstddef>

namespace cbframe::pool {

/// Zeroed memory of its own, null if the system has none. One file a system.
void *map_memory(std::size_t size) noexcept;

/// Gives it back: all of it, of the size that was asked for.
void unmap_memory(void *memory, std::size_t size) noexcept;

} // namespace cbframe::pool
