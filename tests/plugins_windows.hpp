#pragma once

#include <windows.h>

#include <cstddef>

namespace plugins {

inline void *load(const char *path) { return LoadLibraryA(path); }
inline void unload(void *plugin) { FreeLibrary(static_cast<HMODULE>(plugin)); }
inline void *function(void *plugin, const char *name) {
    return reinterpret_cast<void *>(GetProcAddress(static_cast<HMODULE>(plugin), name));
}

/// Reservations of executable memory of this process.
inline std::size_t mappings() {
    std::size_t found = 0;
    MEMORY_BASIC_INFORMATION known{};
    for (const std::byte *at = nullptr; VirtualQuery(at, &known, sizeof(known)) != 0;
         at = static_cast<const std::byte *>(known.BaseAddress) + known.RegionSize)
        found += known.State == MEM_COMMIT && known.Protect == PAGE_EXECUTE_READ;
    return found;
}

} // namespace plugins
