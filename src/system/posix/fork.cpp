#include "system/system.hpp"

#include <pthread.h>

namespace cbf::system {

void guard_forks(void (*before)(), void (*after_in_parent)(), void (*after_in_child)()) {
    pthread_atfork(before, after_in_parent, after_in_child);
}

} // namespace cbf::system
