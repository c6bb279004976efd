// i386 where C++ is compiled by MinGW's gcc.
#include <cbframe/closure.hpp>

namespace cbframe {

const abi::convention &native_convention() noexcept { return abi::cdecl_x86_mingw; }

} // namespace cbframe
