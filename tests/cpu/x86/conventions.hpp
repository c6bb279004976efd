// Conventions as the tests of the typed C API name them.
#pragma once

#if defined(__x86_64__)
#define OTHER_CONVENTION __attribute__((ms_abi))
inline constexpr const char *other_convention = "ms_x64";             // by which functions of this CPU are called, too
inline constexpr const char *foreign_convention = "stdcall_x86_msvc"; // another CPU's
inline constexpr const char *part_of_ours = "_x64"; // of the names of those by which this CPU is called
#else
#define OTHER_CONVENTION __attribute__((stdcall))
inline constexpr const char *other_convention = "stdcall_x86_sysv";
inline constexpr const char *foreign_convention = "ms_x64";
inline constexpr const char *part_of_ours = "_x86";
#endif
