// Conventions as the tests of the typed C API name them.
#pragma once

#define OTHER_CONVENTION // its functions of so many arguments are called like ours
inline constexpr const char *other_convention = "aapcs64_windows"; // by which functions of this CPU are called, too
inline constexpr const char *foreign_convention = "ms_x64";        // another CPU's
inline constexpr const char *part_of_ours = "aapcs64";             // of the names of those by which this CPU is called
