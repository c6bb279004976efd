// What the dynamic linker knows of an address.
#pragma once

#include "system/system.hpp"

#include <dlfcn.h>

#include <cstdint>

namespace cbf::system {

/// What dladdr has found.
inline symbol symbol_of(const Dl_info &found) noexcept {
    symbol of;
    of.set_file(found.dli_fname);
    of.base = reinterpret_cast<std::uintptr_t>(found.dli_fbase);
    of.name = found.dli_sname;
    of.start = reinterpret_cast<std::uintptr_t>(found.dli_saddr);
    return of;
}

} // namespace cbf::system
