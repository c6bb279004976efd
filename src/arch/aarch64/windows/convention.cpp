// 64-bit Arm where C++ is compiled for Windows.
#include "arch/arch.hpp"

#include "abi/aarch64.hpp"

namespace cbf::arch {

const abi::convention &system_convention() noexcept { return abi::aapcs64_windows; }

std::string_view certain_conventions() noexcept { return "aapcs64_windows"; }

} // namespace cbf::arch
