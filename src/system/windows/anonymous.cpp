// Pages of slot code that are written once and then sealed.
#include "system/system.hpp"

#include <windows.h>

#include <cstring>

namespace cbf::system {

// Fails where the process may make no code: Microsoft, "ProcessDynamicCodePolicy".
bool seal_anonymous_code(arch::slot_kind kind, std::byte *at) noexcept {
    std::memcpy(at, arch::image_code(kind), arch::run_size);
    DWORD before;
    return VirtualProtect(at, arch::run_size, PAGE_EXECUTE_READ, &before) != 0 &&
           FlushInstructionCache(GetCurrentProcess(), at, arch::run_size) != 0;
}

} // namespace cbf::system
