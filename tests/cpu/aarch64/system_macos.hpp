// What of a CPU is the system's: macOS.
#pragma once

namespace exactness {

/// Whether X18 is not the program's: the kernel may change it at any time.
inline constexpr bool is_x18_reserved = true;

/// Whether programs may use SVE.
inline bool has_sve() { return false; }

} // namespace exactness
