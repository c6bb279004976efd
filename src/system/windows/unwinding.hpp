// What unwinders are told of further pages, on Windows.
#pragma once

#include "system/system.hpp"

#include <cstddef>

namespace cbf::system {

/// Tells unwinders of a further run, whose code they would take for leaf functions. first: the lowest of its addresses;
/// the run_size bytes from first + run_size are reserved and free for what they need. Where the system refuses, slots
/// work as well: only who stops at the instructions behind a slot's push finds no way back. One file an architecture.
void tell_unwinders(arch::slot_kind kind, std::byte *first, std::byte *code) noexcept;

} // namespace cbf::system
