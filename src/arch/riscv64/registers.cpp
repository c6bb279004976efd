// What a state has of a register that a layout names, and a state kept beside the one that a handler works on.
#include "abi/riscv.hpp"
#include "arch/arch.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstring>
#include <iterator>

namespace cbf::arch {

bool read_register(const cbf_cpu &cpu, const cbf_register_bank &bank, std::size_t number,
                   std::span<std::byte> to) noexcept {
    const void *from = nullptr;
    if (&bank == &abi::riscv::general && number < std::size(cpu.GPR))
        from = &cpu.GPR[number];
    else if (&bank == &abi::riscv::floating && number < std::size(cpu.FPR))
        from = &cpu.FPR[number];
    if (from == nullptr || to.size() > bank.size)
        return false;
    std::memcpy(to.data(), from, to.size());
    return true;
}

void save(const cbf_cpu &cpu, cbf_saved_cpu &to) noexcept { to.cpu = cpu; }

void restore(cbf_cpu &cpu, const cbf_saved_cpu &from) noexcept { cpu = from.cpu; }

} // namespace cbf::arch
