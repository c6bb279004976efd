#pragma once

#include <pthread.h>

#include <cstdint>

namespace cbf_lua {

inline std::uintptr_t this_thread() noexcept { return reinterpret_cast<std::uintptr_t>(pthread_self()); }

} // namespace cbf_lua
