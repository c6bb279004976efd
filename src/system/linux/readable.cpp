#include "system/system.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace cbf::system {
namespace {

// A pipe takes a page without blocking, and the kernel answers EFAULT where we would fault.
// Needs two free file descriptors; without them the memory counts as unreadable.
bool copy_through_pipe(std::uintptr_t address, std::span<std::byte> out) noexcept {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    const auto size = static_cast<ssize_t>(out.size());
    // Not write(): a sanitizer's write() looks at the memory before the kernel does.
    const bool copied =
        ::syscall(SYS_write, ends[1], address, out.size()) == size && ::read(ends[0], out.data(), out.size()) == size;
    ::close(ends[0]);
    ::close(ends[1]);
    return copied;
}

// Anything but EFAULT speaks of the call and not of the memory: a sandbox forbids it, or the
// kernel was built without it.
bool copy(std::uintptr_t address, std::span<std::byte> out) noexcept {
    const iovec local{out.data(), out.size()};
    const iovec remote{reinterpret_cast<void *>(address), out.size()};
    return ::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0) == static_cast<ssize_t>(out.size()) ||
           (errno != EFAULT && copy_through_pipe(address, out));
}

} // namespace

bool copy_within_page(std::uintptr_t address, std::span<std::byte> out) noexcept {
    const int callers_errno = errno;
    const bool copied = copy(address, out);
    errno = callers_errno;
    return copied;
}

} // namespace cbf::system
