// Further mappings of the library's own code pages from where they are in memory.
#include "system/system.hpp"

#include <mach/mach.h>

#include <cstdint>

namespace cbf::system {

namespace {

constexpr vm_prot_t sealed = VM_PROT_READ | VM_PROT_EXECUTE;

/// Where a mapping may become more than it is, that is taken from it.
bool is_sealed(vm_address_t at, vm_prot_t current, vm_prot_t maximum) noexcept {
    return current == sealed &&
           (maximum == sealed || vm_protect(mach_task_self(), at, arch::run_size, TRUE, sealed) == KERN_SUCCESS);
}

} // namespace

// The kernel maps the same pages once more, with the signature that they were loaded by. No copy: that would be code
// which nobody has signed.
bool map_code_from_file(arch::slot_kind kind, std::byte *at) noexcept {
    auto target = reinterpret_cast<vm_address_t>(at);
    const auto code = reinterpret_cast<vm_address_t>(arch::image_code(kind));
    vm_prot_t current = VM_PROT_NONE, maximum = VM_PROT_NONE;
    if (vm_remap(mach_task_self(), &target, arch::run_size, 0, VM_FLAGS_FIXED, mach_task_self(), code, FALSE, &current,
                 &maximum, VM_INHERIT_COPY) != KERN_SUCCESS)
        return false;
    if (is_sealed(target, current, maximum))
        return true;
    vm_deallocate(mach_task_self(), target, arch::run_size);
    return false;
}

} // namespace cbf::system
