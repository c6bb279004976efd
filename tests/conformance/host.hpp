// The conventions that this machine can be called by, and the compilers that make such calls for it.
#pragma once

#include "target.hpp"

#include <string>
#include <vector>

/// A target whose code runs in this process.
struct host {
    std::string_view convention; ///< as the user calls it
    std::string_view compiler;
    target used;
    bool is_native;    ///< its calls are those of this system's C++: callback can be called
    const char *needs; ///< of the CPU, as __builtin_cpu_supports has it, or null
};

/// One file an architecture.
const std::vector<host> &hosts();
const host *find_host(std::string_view convention, std::string_view compiler);

/// The target of these names, with another command or more vectors. Throws std::logic_error if there is none.
target host_target(std::string_view convention, std::string_view compiler, std::string_view command = "",
                   std::size_t widest_vector = 0);

/// Puts right what the compilers' calls leave of the CPU for their program to put right. One file an architecture.
void clean_up_after_call();

/// Whether this CPU has what its code needs.
bool can_run(const host &asked);
