// What of a CPU is the system's: Linux.
#pragma once

#include <sys/auxv.h>

namespace exactness {

/// Whether X18 is not the program's.
inline constexpr bool is_x18_reserved = false;

/// Whether programs may use SVE.
inline bool has_sve() {
    constexpr unsigned long hwcap_sve = 1UL << 22;
    return (getauxval(AT_HWCAP) & hwcap_sve) != 0;
}

} // namespace exactness
