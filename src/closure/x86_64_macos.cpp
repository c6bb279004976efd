// x86-64 where C++ is compiled for macOS.
#include <cbframe/closure.hpp>

namespace cbframe {

const abi::convention &native_convention() noexcept { return abi::sysv_x64_darwin; }

} // namespace cbframe
