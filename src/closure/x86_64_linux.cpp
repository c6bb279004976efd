// x86-64 where C++ is compiled for Linux.
#include <cbframe/closure.hpp>

namespace cbframe {

const abi::convention &native_convention() noexcept { return abi::sysv_x64; }

} // namespace cbframe
