// Conventions as the tests of the typed C API name them.
#pragma once

#define OTHER_CONVENTION // no compiler makes functions of another in one program
inline constexpr const char *other_convention = "lp64d";
inline constexpr const char *foreign_convention = "ms_x64"; // another CPU's
inline constexpr const char *part_of_ours = "lp64";         // of the names of those by which this CPU is called
