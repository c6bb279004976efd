#include "system.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>

namespace cbf_lua {

extent stack_of_this_thread() noexcept {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return {0, 0};
    void *first = nullptr;
    std::size_t size = 0, guard = 0;
    pthread_attr_getstack(&attributes, &first, &size);
    pthread_attr_getguardsize(&attributes, &guard);
    pthread_attr_destroy(&attributes);
    const auto lowest = reinterpret_cast<std::uintptr_t>(first);
    return {lowest + guard, lowest + size};
}

// The C library tells the kernel with each handler where it is to return to, also if the handler is none. Only the
// kernel tells anybody else. To set an action to what it is changes nothing. Where the C library leaves it to the
// kernel, that returns to a place of its own, which is not known.
std::uintptr_t signal_return() noexcept {
    struct { // struct kernel_sigaction of Linux's asm-generic, and the same where a CPU has its own
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)();
        std::uint64_t mask;
    } known{};
    struct sigaction action;
    if (sigaction(SIGRTMAX, nullptr, &action) != 0 || sigaction(SIGRTMAX, &action, nullptr) != 0 ||
        syscall(SYS_rt_sigaction, SIGRTMAX, nullptr, &known, sizeof(known.mask)) != 0 || known.restorer == nullptr)
        return UINTPTR_MAX;
    return reinterpret_cast<std::uintptr_t>(known.restorer);
}

bool is_executable(std::uintptr_t address) noexcept {
    std::FILE *const maps = std::fopen("/proc/self/maps", "re");
    if (maps == nullptr)
        return true;
    bool found = false, executable = false;
    char line[512]; // of a longer line the rest reads as a line of its own, which does not parse
    while (!found && std::fgets(line, sizeof(line), maps) != nullptr) {
        std::uint64_t first = 0, last = 0;
        char may_execute = '-';
        found = std::sscanf(line, "%" SCNx64 "-%" SCNx64 " %*c%*c%c", &first, &last, &may_execute) == 3 &&
                first <= address && address < last;
        executable = found && may_execute == 'x';
    }
    std::fclose(maps);
    return executable || !found;
}

} // namespace cbf_lua
