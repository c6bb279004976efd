// What cbframe.h does with the state of a CPU.
#include "arch/arch.hpp"

#include "system/system.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstring>

extern "C" {

void cbf_cpu_pop(cbf_cpu *cpu, size_t bytes) noexcept { cbf::arch::pop(*cpu, bytes); }

uintptr_t cbf_cpu_return_address(const cbf_cpu *cpu) noexcept { return cbf::arch::return_address(*cpu); }

void cbf_cpu_save(const cbf_cpu *cpu, cbf_saved_cpu *to) noexcept { cbf::arch::save(*cpu, *to); }

void cbf_cpu_restore(cbf_cpu *cpu, const cbf_saved_cpu *from) noexcept { cbf::arch::restore(*cpu, *from); }

const char *cbf_stack_pointer_name(void) noexcept { return cbf::arch::stack_pointer_name; }

size_t cbf_copy_readable(uintptr_t address, void *to, size_t size) noexcept {
    return cbf::system::copy_readable(address, {static_cast<std::byte *>(to), size});
}

} // extern "C"
