#pragma once

#include <cstddef>

#include <windows.h>

namespace mapped_pages {

/// Readable and writable memory; here, never that of a file.
inline void *map(std::size_t size, int) {
    return VirtualAlloc(nullptr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}
inline void forbid(void *at, std::size_t size) {
    DWORD before;
    VirtualProtect(at, size, PAGE_NOACCESS, &before);
}
inline void unmap(void *at, std::size_t) { VirtualFree(at, 0, MEM_RELEASE); }

} // namespace mapped_pages
