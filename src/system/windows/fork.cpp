#include "system/system.hpp"

namespace cbf::system {

// No process of Windows is a copy of another one: there is nothing to guard.
void guard_forks(void (*)(), void (*)(), void (*)()) {}

} // namespace cbf::system
