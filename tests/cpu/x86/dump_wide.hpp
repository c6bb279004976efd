// The section of a dump about registers that x86 may have.
#pragma once

#include "dump_rows.hpp"

namespace dump_rows {

// Bits of cbf_wide::components.
inline constexpr std::uint64_t avx = 4;
inline constexpr std::uint64_t opmask = 0x20;
inline constexpr std::uint64_t zmm_hi256 = 0x40;
inline constexpr std::uint64_t hi16_zmm = 0x80;

// The section about these registers.
inline std::vector<std::string> wide(cbf_wide &state, std::uint64_t components,
                                     const cbframe::format_options &options = {}) {
    cbframe::cpu cpu{};
    cpu.wide = &state;
    state.components = components;
    return section(cbframe::format(cpu, options), "wide");
}

} // namespace dump_rows
