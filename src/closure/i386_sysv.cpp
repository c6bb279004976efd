// i386 where C++ is compiled for the System V ABI.
#include <cbframe/closure.hpp>

namespace cbframe {

const abi::convention &native_convention() noexcept { return abi::cdecl_x86_sysv; }

} // namespace cbframe
