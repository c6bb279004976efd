// The text that an address points at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace cbf::dump {

/// Below it nothing is mapped, and small numbers are many.
inline constexpr std::uintptr_t lowest_address = 0x10000;

/// The text of UTF-8 that begins at an address, in quotes, line ends and tabs as C writes them; of a long one the
/// first 48 bytes or a few more, and "...". Empty: none of at least so many bytes is there. Any number may be asked:
/// nothing faults.
std::string quoted_text(std::uintptr_t address, std::size_t fewest);

} // namespace cbf::dump
