#include "system/system.hpp"

#include <mach/mach.h>

namespace cbf::system {

// The kernel answers KERN_INVALID_ADDRESS or KERN_PROTECTION_FAILURE where we would fault. No call of Mach sets errno.
bool copy_within_page(std::uintptr_t address, std::span<std::byte> out) noexcept {
    vm_size_t copied = 0;
    return vm_read_overwrite(mach_task_self(), address, out.size(), reinterpret_cast<vm_address_t>(out.data()),
                             &copied) == KERN_SUCCESS &&
           copied == out.size();
}

} // namespace cbf::system
