// A state kept beside the one that a handler works on. Each part is copied as the entry has just stored it: a load that
// takes its bytes from two stores under way has to wait for both.
#include "arch/arch.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

constexpr std::size_t words = offsetof(cbf_cpu, MXCSR) / sizeof(std::uint64_t);
static_assert(words * sizeof(std::uint64_t) == offsetof(cbf_cpu, MXCSR));

/// Keeps the compiler from joining two words in one load.
std::uint64_t one_word(std::uint64_t word) noexcept {
    asm("" : "+r"(word));
    return word;
}

} // namespace

namespace cbf::arch {

void save(const cbf_cpu &cpu, cbf_saved_cpu &to) noexcept {
    using word [[gnu::may_alias]] = std::uint64_t;
    for (std::size_t i = 0; i < words; ++i)
        reinterpret_cast<word *>(&to.cpu)[i] = one_word(reinterpret_cast<const word *>(&cpu)[i]);
    to.cpu.MXCSR = cpu.MXCSR;
    to.cpu.MXCSR_MASK = cpu.MXCSR_MASK;
    std::memcpy(&to.cpu.XMM, &cpu.XMM, sizeof(cpu.XMM));
    if (cpu.FTWX.val != 0)
        std::memcpy(&to.cpu.FPR, &cpu.FPR, sizeof(cpu.FPR));
    if (cpu.wide != nullptr)
        to.wide = *cpu.wide;
}

void restore(cbf_cpu &cpu, const cbf_saved_cpu &from) noexcept {
    std::memcpy(&cpu, &from.cpu, offsetof(cbf_cpu, MXCSR));
    cpu.MXCSR = from.cpu.MXCSR;
    cpu.MXCSR_MASK = from.cpu.MXCSR_MASK;
    std::memcpy(&cpu.XMM, &from.cpu.XMM, sizeof(cpu.XMM));
    if (cpu.FTWX.val != 0)
        std::memcpy(&cpu.FPR, &from.cpu.FPR, sizeof(cpu.FPR));
    if (cpu.wide != nullptr)
        *cpu.wide = from.wide;
}

} // namespace cbf::arch
