#pragma once

#include <cstdint>

namespace cbf_lua {

inline std::uintptr_t this_thread() noexcept { return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()); }

} // namespace cbf_lua
