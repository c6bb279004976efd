#include "system/posix/symbol.hpp"

// As in stay.cpp.
extern "C" decltype(dladdr) dladdr [[gnu::weak]];

namespace cbf::system {

symbol symbol_at(std::uintptr_t address) noexcept {
    Dl_info found;
    return dladdr != nullptr && dladdr(reinterpret_cast<const void *>(address), &found) != 0 ? symbol_of(found)
                                                                                             : symbol();
}

} // namespace cbf::system
