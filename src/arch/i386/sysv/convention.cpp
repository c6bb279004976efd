// i386 where C++ is compiled for the System V ABI.
#include "arch/arch.hpp"

#include "abi/x86.hpp"

namespace cbf::arch {

const abi::convention &system_convention() noexcept { return abi::cdecl_x86_sysv; }

std::string_view certain_conventions() noexcept { return "cdecl_x86_sysv, where it is compiled for such vectors"; }

} // namespace cbf::arch
