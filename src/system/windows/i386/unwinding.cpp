#include "system/windows/unwinding.hpp"

namespace cbf::system {

// The unwinder is that of gcc's runtime, and begins at calls: none is in a slot.
void tell_unwinders(arch::slot_kind, std::byte *, std::byte *) noexcept {}

} // namespace cbf::system
