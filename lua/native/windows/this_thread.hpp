#pragma once

#include <cstdint>

namespace cbf_lua {

std::uintptr_t this_thread() noexcept;

} // namespace cbf_lua
