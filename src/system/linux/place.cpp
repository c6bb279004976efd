#include "system/posix/place.hpp"
#include "system/system.hpp"

#include <sys/syscall.h>
#include <unistd.h>

// Not in the C library of a program that is linked statically, and before glibc 2.34 in a library of its own.
extern "C" decltype(dladdr) dladdr [[gnu::weak]];

namespace cbf::system {

std::uint64_t thread_number() noexcept { return static_cast<std::uint64_t>(syscall(SYS_gettid)); }

std::string place_of(std::uintptr_t address) {
    Dl_info found;
    if (dladdr == nullptr || dladdr(reinterpret_cast<void *>(address), &found) == 0)
        return {};
    return place_in(found, address);
}

} // namespace cbf::system
