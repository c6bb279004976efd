// What a state has of a register that a layout names.
#include "abi/x86.hpp"
#include "arch/arch.hpp"
#include "arch/x86/numbers.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace cbf::arch {
namespace {

/// Copies the next part of a register. Returns what is left to be filled by further ones.
template <class Part>
std::span<std::byte> copy(const Part &part, std::span<std::byte> to) noexcept {
    const std::size_t size = std::min(sizeof(part), to.size());
    std::memcpy(to.data(), &part, size);
    return to.subspan(size);
}

bool has(const cbf_cpu &cpu, std::uint64_t components) noexcept {
    return cpu.wide != nullptr && (cpu.wide->components & components) == components;
}

std::span<std::byte> copy_vector(const cbf_cpu &cpu, std::size_t number, std::span<std::byte> to) noexcept {
    to = copy(cpu.XMM[number], to);
    if (has(cpu, COMPONENT_AVX))
        to = copy(cpu.wide->YMM_Hi128[number], to);
    if (has(cpu, COMPONENTS_AVX512))
        to = copy(cpu.wide->ZMM_Hi256[number], to);
    return to;
}

} // namespace

bool read_register(const cbf_cpu &cpu, const cbf_register_bank &bank, std::size_t number,
                   std::span<std::byte> to) noexcept {
    namespace x86 = abi::x86;
    const auto is = [&](const cbf_register_bank &other, std::size_t count) {
        return &bank == &other && number < count;
    };
    if (is(x86::general64, std::size(cpu.GPR)) || is(x86::general32, std::size(cpu.GPR)))
        return copy(cpu.GPR[number], to).empty();
    if (is(x86::x87, std::size(cpu.FPR)))
        return copy(cpu.FPR[number], to).empty();
    if (is(x86::mmx, std::size(cpu.FPR))) // FPR[n] is ST(n), which counts from TOP
        return copy(cpu.FPR[(number - cpu.FSW.TOP) % std::size(cpu.FPR)], to).empty();
    constexpr std::size_t vectors = sizeof(cbf_cpu::XMM) / sizeof(cbf_dqword);
    return (is(x86::xmm, vectors) || is(x86::ymm, vectors) || is(x86::zmm, vectors)) &&
           copy_vector(cpu, number, to).empty();
}

} // namespace cbf::arch
