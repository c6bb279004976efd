#include "system/posix/place.hpp"
#include "system/system.hpp"

#include <pthread.h>

namespace cbf::system {

std::uint64_t thread_number() noexcept {
    std::uint64_t number = 0;
    pthread_threadid_np(nullptr, &number);
    return number;
}

std::string place_of(std::uintptr_t address) {
    Dl_info found;
    return dladdr(reinterpret_cast<void *>(address), &found) != 0 ? place_in(found, address) : std::string();
}

} // namespace cbf::system
