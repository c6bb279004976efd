#include "system/system.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace cbf::system {

std::size_t page_size() noexcept { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

void *map_memory(std::size_t size) noexcept {
    void *const mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapped != MAP_FAILED ? mapped : nullptr;
}

void unmap_memory(void *memory, std::size_t size) noexcept { munmap(memory, size); }

} // namespace cbf::system
