// The flags of EFLAGS, MXCSR, FSW and FCW, by name.
#pragma once

#include <cbframe/dump.hpp>

#include <string>

namespace cbframe::dump {

/// Appends the four registers, one line each (brief) or one line a flag (full); nothing for none.
void append_flags(std::string &text, const cbf_cpu &cpu, flags amount);

} // namespace cbframe::dump
