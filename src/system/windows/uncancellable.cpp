#include "system/system.hpp"

namespace cbf::system {

// Windows ends a thread at any instruction or not at all: nothing can be put off.
uncancellable::uncancellable() noexcept = default;
uncancellable::~uncancellable() = default;

} // namespace cbf::system
