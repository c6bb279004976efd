#include "system.hpp"

#include <mach/mach.h>
#include <pthread.h>

namespace cbf_lua {

// The guard page is below what pthread counts.
extent stack_of_this_thread() noexcept {
    const pthread_t self = pthread_self();
    const auto last = reinterpret_cast<std::uintptr_t>(pthread_get_stackaddr_np(self));
    return {last - pthread_get_stacksize_np(self), last};
}

// The trampoline of the system is its own.
std::uintptr_t signal_return() noexcept { return UINTPTR_MAX; }

bool is_executable(std::uintptr_t address) noexcept {
    vm_address_t first = address;
    vm_size_t size = 0;
    vm_region_basic_info_data_64_t found;
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    mach_port_t object = MACH_PORT_NULL; // always null for this flavor
    if (vm_region_64(mach_task_self(), &first, &size, VM_REGION_BASIC_INFO_64,
                     reinterpret_cast<vm_region_info_t>(&found), &count, &object) != KERN_SUCCESS)
        return false; // nothing is mapped there or above
    return first <= address && (found.protection & VM_PROT_EXECUTE) != 0;
}

} // namespace cbf_lua
