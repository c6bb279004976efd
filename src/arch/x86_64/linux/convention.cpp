// x86-64 where C++ is compiled for Linux.
#include "arch/arch.hpp"

#include "abi/x86.hpp"

namespace cbf::arch {

const abi::convention &system_convention() noexcept { return abi::sysv_x64; }

std::string_view certain_conventions() noexcept {
    return "sysv_x64_sse, sysv_x64_avx or, where it is compiled for AVX-512, sysv_x64";
}

} // namespace cbf::arch
