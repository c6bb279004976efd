// 64-bit RISC-V where C++ is compiled for Linux (RV64GC, LP64D).
#include "arch/arch.hpp"

#include "abi/riscv.hpp"

namespace cbf::arch {

const abi::convention &system_convention() noexcept { return abi::lp64d; }

std::string_view certain_conventions() noexcept { return "lp64d"; }

} // namespace cbf::arch
