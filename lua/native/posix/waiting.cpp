#include "system.hpp"

#include <poll.h>
#include <pthread.h>

#include <cmath>

namespace cbf_lua {

void bell::wait(double seconds) const {
    constexpr double longest = 1e6;
    pollfd rings{static_cast<int>(handle), POLLIN, 0};
    poll(&rings, 1, seconds < longest ? static_cast<int>(std::ceil(seconds * 1000)) : -1);
}

void guard_forks(void (*before)(), void (*after_in_parent)(), void (*after_in_child)()) {
    pthread_atfork(before, after_in_parent, after_in_child);
}

} // namespace cbf_lua
