#include "system/system.hpp"

#include <algorithm>

namespace cbf::system {

std::size_t copy_readable(std::uintptr_t address, std::span<std::byte> out) noexcept {
    const uncancellable guard; // some systems are asked by way of files
    // No system has smaller pages: within so many aligned bytes either all are readable or none is.
    constexpr std::size_t page = 4096;
    std::size_t copied = 0;
    while (copied < out.size()) {
        const std::uintptr_t from = address + copied;
        const std::size_t size = std::min(out.size() - copied, page - from % page);
        if (!copy_within_page(from, out.subspan(copied, size)))
            break;
        copied += size;
    }
    return copied;
}

} // namespace cbf::system
