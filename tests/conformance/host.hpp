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
    bool is_native;               ///< its calls are those of this system's C++: callback can be called
    std::string_view needs;       ///< of the CPU, one of instruction_sets; "": nothing
    std::string_view leaves = {}; ///< what of the convention is not tested so, on a CPU that cannot run the one before
};

/// Those that code is compiled for here, the least first, as __builtin_cpu_supports has them.
inline constexpr std::string_view instruction_sets[] = {"", "avx2", "avx512f"};

/// One file an architecture. Of several for one convention and compiler the first one that the CPU can run is taken.
const std::vector<host> &hosts();

/// That one; if the CPU can run none, any. best: the largest of instruction_sets to use.
const host *find_host(std::string_view convention, std::string_view compiler, std::string_view best);

/// The target of these names, with another command or more vectors. Throws std::logic_error if there is none.
target host_target(std::string_view convention, std::string_view compiler, std::string_view command = "",
                   std::size_t widest_vector = 0);

/// Puts right what the compilers' calls leave of the CPU for their program to put right. One file an architecture.
void clean_up_after_call();

/// Whether this CPU has one of instruction_sets. One file an architecture.
bool cpu_has(std::string_view instruction_set);

/// Whether this CPU has what its code needs, and that is not above the best to use.
bool can_run(const host &asked, std::string_view best);
