#include "system/system.hpp"

#include <pthread.h>

namespace cbf::system {

uncancellable::uncancellable() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
uncancellable::~uncancellable() { pthread_setcancelstate(before_, nullptr); }

} // namespace cbf::system
