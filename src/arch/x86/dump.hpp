// What the text of a state must know of the width of x86; one file each.
#pragma once

#include "arch/arch.hpp"
#include "arch/rows.hpp"

#include <cstddef>

namespace cbf::arch {

/// Shows the section of the general registers.
void show_general_registers(rows &to, const cbf_cpu &cpu);

/// XMM0 and so many in all carry arguments.
extern const std::size_t xmm_arguments;

} // namespace cbf::arch
