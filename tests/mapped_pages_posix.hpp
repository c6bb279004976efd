#pragma once

#include <cstddef>

#include <sys/mman.h>

namespace mapped_pages {

/// Readable and writable memory, or that of a file.
inline void *map(std::size_t size, int fd) {
    return ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
}
inline void forbid(void *at, std::size_t size) { ::mprotect(at, size, PROT_NONE); }
inline void unmap(void *at, std::size_t size) { ::munmap(at, size); }

} // namespace mapped_pages
