// What the dynamic linker knows of an address.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace cbf::system {

/// place_of() of what dladdr found.
inline std::string place_in(const Dl_info &found, std::uintptr_t address) {
    const bool has_symbol = found.dli_sname != nullptr;
    std::string_view name(has_symbol ? found.dli_sname : found.dli_fname != nullptr ? found.dli_fname : "");
    if (!has_symbol)
        name.remove_prefix(name.rfind('/') + 1);
    if (name.empty())
        return {};
    const auto start = reinterpret_cast<std::uintptr_t>(has_symbol ? found.dli_saddr : found.dli_fbase);
    char offset[24] = "";
    if (address != start)
        std::snprintf(offset, sizeof(offset), "+0x%zx", static_cast<std::size_t>(address - start));
    return std::string(name) + offset;
}

} // namespace cbf::system
