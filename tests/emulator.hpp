// Programs for another CPU than this machine's.
#pragma once

#include <cstdlib>

namespace emulator {

/// Whether something runs this program that is not the system itself.
inline bool is_there() { return std::getenv("CBFRAME_TEST_EMULATOR") != nullptr; }

/// What cannot be tested there.
inline constexpr const char *reason =
    "an emulator of this CPU starts no program that another one starts, and makes /proc/self/maps itself";

} // namespace emulator
