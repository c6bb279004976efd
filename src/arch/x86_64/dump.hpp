// What the text of a state must know of the convention of the system's own C on x86-64; one file each.
#pragma once

#include <cbframe/cbframe.h>

#include <span>

namespace cbf::arch {

/// The general registers that carry arguments.
extern const std::span<cbf_qword cbf_cpu::*const> general_arguments;

} // namespace cbf::arch
