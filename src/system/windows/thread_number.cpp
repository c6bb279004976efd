#include "system/system.hpp"

#include <windows.h>

namespace cbf::system {

std::uint64_t thread_number() noexcept { return GetCurrentThreadId(); }

} // namespace cbf::system
