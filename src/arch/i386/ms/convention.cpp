// i386 where C++ is compiled by MinGW's gcc.
#include "arch/arch.hpp"

#include "abi/x86.hpp"

namespace cbf::arch {

const abi::convention &system_convention() noexcept { return abi::cdecl_x86_mingw; }

std::string_view certain_conventions() noexcept { return "cdecl_x86_mingw, where it is compiled for such vectors"; }

} // namespace cbf::arch
