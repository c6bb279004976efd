#include "system/system.hpp"

#include <windows.h>

namespace cbf::system {

std::size_t page_size() noexcept {
    SYSTEM_INFO known;
    GetSystemInfo(&known);
    return known.dwPageSize;
}

void *map_memory(std::size_t size) noexcept {
    return VirtualAlloc(nullptr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

void unmap_memory(void *memory, std::size_t) noexcept { VirtualFree(memory, 0, MEM_RELEASE); }

} // namespace cbf::system
