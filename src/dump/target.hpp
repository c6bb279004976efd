// What an address points at, as text.
#pragma once

#include <cstdint>
#include <string>

namespace cbf::dump {

/// The symbol of the program or a library that an address belongs to, `qsort+0x1a in libc.so.6`; or the text of at
/// least four bytes that begins there, in quotes; or the file that is loaded there, `libc.so.6+0x1234`. Or nothing.
/// Any number may be asked: nothing faults.
std::string target(std::uint64_t address);

} // namespace cbf::dump
