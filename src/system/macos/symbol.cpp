#include "system/posix/symbol.hpp"

namespace cbf::system {

symbol symbol_at(std::uintptr_t address) noexcept {
    Dl_info found;
    return dladdr(reinterpret_cast<const void *>(address), &found) != 0 ? symbol_of(found) : symbol();
}

} // namespace cbf::system
