// Programs for another CPU than this machine's.
#pragma once

#include <cstdlib>

namespace emulator {

/// Whether something runs this program that is not the system itself.
inline bool is_there() { return std::getenv("CBFRAME_TEST_EMULATOR") != nullptr; }

/// What cannot be tested there.
inline constexpr const char *reason =
    "an emulator of this CPU starts no program that another one starts, and makes /proc/self/maps itself";

/// Why what is the same on all CPUs, and takes long, is left to them.
inline constexpr const char *takes_long =
    "it takes minutes where a CPU is emulated, and does nothing that depends on it";

} // namespace emulator
