#include "system.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>

namespace cbf_lua {

bool bell::make() noexcept {
    handle = other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return handle >= 0;
}

void bell::close() noexcept { ::close(static_cast<int>(handle)); }

// By syscall, which does not cancel the thread.
void bell::ring() const noexcept {
    const int kept = errno;
    constexpr std::uint64_t one = 1;
    syscall(SYS_write, static_cast<int>(handle), &one, sizeof(one));
    errno = kept;
}

void bell::silence() const noexcept {
    std::uint64_t count;
    syscall(SYS_read, static_cast<int>(handle), &count, sizeof(count));
}

void bell::renew() noexcept {
    const int own = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (own >= 0) {
        dup3(own, static_cast<int>(handle), O_CLOEXEC);
        ::close(own);
    }
}

// As the kernel takes it, which the C library's own type may not be.
void wait_while(const std::atomic<std::uint32_t> &word, std::uint32_t value, double seconds) noexcept {
    struct {
        long seconds, nanoseconds;
    } left{};
    constexpr double longest = 1e6;
    const bool is_limited = seconds >= 0 && seconds < longest;
    if (is_limited) {
        left.seconds = static_cast<long>(seconds);
        left.nanoseconds = static_cast<long>((seconds - std::floor(seconds)) * 1e9);
    }
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, is_limited ? &left : nullptr, nullptr, 0);
}

void wake(const std::atomic<std::uint32_t> &word) noexcept {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

} // namespace cbf_lua
