#include "system/system.hpp"

#include <dlfcn.h>

// As in stay.cpp.
extern "C" decltype(dladdr) dladdr [[gnu::weak]];

namespace cbf::system {

symbol symbol_at(std::uintptr_t address) noexcept {
    Dl_info found;
    if (dladdr == nullptr || dladdr(reinterpret_cast<const void *>(address), &found) == 0)
        return {};
    symbol of;
    of.set_file(found.dli_fname);
    of.base = reinterpret_cast<std::uintptr_t>(found.dli_fbase);
    of.name = found.dli_sname;
    of.start = reinterpret_cast<std::uintptr_t>(found.dli_saddr);
    return of;
}

} // namespace cbf::system
