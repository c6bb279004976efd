#include "uncancellable.hpp"

#include <pthread.h>

namespace cbframe {

uncancellable::uncancellable() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
uncancellable::~uncancellable() { pthread_setcancelstate(before_, nullptr); }

} // namespace cbframe
