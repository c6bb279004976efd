#pragma once

#include <pthread.h>

namespace cbf::system {

/// An address that no other living thread answers, and no null. Async-signal-safe.
inline const void *this_thread() noexcept { return pthread_self(); }

} // namespace cbf::system
