// Pages of slot code that are written once and then sealed.
#include "source.hpp"

#include <windows.h>

#include <cstring>

namespace cbframe::pool {

// Fails where the process may make no code: Microsoft, "ProcessDynamicCodePolicy".
bool seal_anonymous_code(slot_kind kind, std::byte *at) noexcept {
    std::memcpy(at, image_code(kind), run_size);
    DWORD before;
    return VirtualProtect(at, run_size, PAGE_EXECUTE_READ, &before) != 0 &&
           FlushInstructionCache(GetCurrentProcess(), at, run_size) != 0;
}

} // namespace cbframe::pool
