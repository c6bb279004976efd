#include "pool.hpp"

#include <pthread.h>

namespace cbframe::pool {

void guard_forks(void (*before)(), void (*after)()) { pthread_atfork(before, after, after); }

} // namespace cbframe::pool
