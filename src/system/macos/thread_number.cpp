#include "system/system.hpp"

#include <pthread.h>

namespace cbf::system {

std::uint64_t thread_number() noexcept {
    std::uint64_t number = 0;
    pthread_threadid_np(nullptr, &number);
    return number;
}

} // namespace cbf::system
