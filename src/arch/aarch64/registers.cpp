// What a state has of a register that a layout names, and a state kept beside the one that a handler works on.
#include "abi/aarch64.hpp"
#include "arch/arch.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstring>
#include <iterator>

namespace cbf::arch {

bool read_register(const cbf_cpu &cpu, const cbf_register_bank &bank, std::size_t number,
                   std::span<std::byte> to) noexcept {
    const void *from = nullptr;
    if (&bank == &abi::aarch64::general && number < std::size(cpu.GPR))
        from = &cpu.GPR[number];
    else if (&bank == &abi::aarch64::vector && number < std::size(cpu.V))
        from = &cpu.V[number];
    if (from == nullptr || to.size() > bank.size)
        return false;
    std::memcpy(to.data(), from, to.size());
    return true;
}

void save(const cbf_cpu &cpu, cbf_saved_cpu &to) noexcept {
    to.cpu = cpu;
    if (cpu.wide != nullptr && cpu.wide->vector_length != 0)
        to.wide = *cpu.wide;
}

void restore(cbf_cpu &cpu, const cbf_saved_cpu &from) noexcept {
    cpu = from.cpu;
    if (cpu.wide != nullptr && cpu.wide->vector_length != 0)
        *cpu.wide = from.wide;
}

} // namespace cbf::arch
