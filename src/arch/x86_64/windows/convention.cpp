// x86-64 where C++ is compiled for the Microsoft convention, by MinGW's gcc.
#include "arch/arch.hpp"

#include "abi/x86.hpp"

namespace cbf::arch {

const abi::convention &system_convention() noexcept { return abi::ms_x64_mingw; }

std::string_view certain_conventions() noexcept { return "ms_x64_mingw"; }

} // namespace cbf::arch
