#include "system/system.hpp"

#include <windows.h>

namespace cbf::system {
namespace {

// A read of a guard page is refused and yet takes the guard away, so ask before.
bool is_readable(const void *address) noexcept {
    MEMORY_BASIC_INFORMATION known;
    return VirtualQuery(address, &known, sizeof(known)) != 0 && known.State == MEM_COMMIT &&
           (known.Protect & (PAGE_GUARD | PAGE_NOACCESS)) == 0;
}

// Not memcpy: another thread may unmap the page meanwhile.
bool copy(const void *from, std::span<std::byte> out) noexcept {
    SIZE_T copied = 0;
    return is_readable(from) && ReadProcessMemory(GetCurrentProcess(), from, out.data(), out.size(), &copied) != 0 &&
           copied == out.size();
}

} // namespace

bool copy_within_page(std::uintptr_t address, std::span<std::byte> out) noexcept {
    const DWORD callers_error = GetLastError();
    const bool copied = copy(reinterpret_cast<const void *>(address), out);
    SetLastError(callers_error);
    return copied;
}

} // namespace cbf::system
