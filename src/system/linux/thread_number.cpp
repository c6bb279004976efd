#include "system/system.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace cbf::system {

std::uint64_t thread_number() noexcept { return static_cast<std::uint64_t>(syscall(SYS_gettid)); }

} // namespace cbf::system
