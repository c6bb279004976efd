#include "system/system.hpp"

#include <windows.h>

#include <cstdio>
#include <string_view>

namespace cbf::system {

std::uint64_t thread_number() noexcept { return GetCurrentThreadId(); }

std::string place_of(std::uintptr_t address) {
    HMODULE image = nullptr;
    constexpr DWORD by_address = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    char path[MAX_PATH];
    if (GetModuleHandleExA(by_address, reinterpret_cast<const char *>(address), &image) == 0)
        return {};
    std::string_view name(path, GetModuleFileNameA(image, path, sizeof(path)));
    name.remove_prefix(name.find_last_of('\\') + 1);
    char offset[24];
    std::snprintf(offset, sizeof(offset), "+0x%zx",
                  static_cast<std::size_t>(address - reinterpret_cast<std::uintptr_t>(image)));
    return std::string(name) + offset;
}

} // namespace cbf::system
