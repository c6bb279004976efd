#include "system.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>

namespace cbf_lua {
namespace {

bool make_pipe(int (&ends)[2]) noexcept {
    if (pipe(ends) != 0)
        return false;
    for (const int end : ends) {
        fcntl(end, F_SETFD, FD_CLOEXEC);
        fcntl(end, F_SETFL, O_NONBLOCK);
    }
    return true;
}

// One for all words: there is no public way to sleep by the address of one.
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

} // namespace

bool bell::make() noexcept {
    int ends[2];
    if (!make_pipe(ends))
        return false;
    handle = ends[0];
    other = ends[1];
    return true;
}

void bell::close() noexcept {
    ::close(static_cast<int>(handle));
    ::close(static_cast<int>(other));
}

void bell::ring() const noexcept {
    const int kept = errno;
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = write(static_cast<int>(other), &byte, 1);
    errno = kept;
}

void bell::silence() const noexcept {
    char bytes[64];
    while (read(static_cast<int>(handle), bytes, sizeof(bytes)) == sizeof(bytes)) {
    }
}

void bell::renew() noexcept {
    int ends[2];
    if (!make_pipe(ends))
        return;
    dup2(ends[0], static_cast<int>(handle));
    dup2(ends[1], static_cast<int>(other));
    fcntl(static_cast<int>(handle), F_SETFD, FD_CLOEXEC);
    fcntl(static_cast<int>(other), F_SETFD, FD_CLOEXEC);
    ::close(ends[0]);
    ::close(ends[1]);
}

void wait_while(const std::atomic<std::uint32_t> &word, std::uint32_t value, double seconds) noexcept {
    constexpr double longest = 1e6;
    const double limited = seconds >= 0 && seconds < longest ? seconds : longest;
    timespec left{};
    left.tv_sec = static_cast<time_t>(limited);
    left.tv_nsec = static_cast<long>((limited - std::floor(limited)) * 1e9);
    pthread_mutex_lock(&mutex);
    if (word.load() == value)
        pthread_cond_timedwait_relative_np(&changed, &mutex, &left);
    pthread_mutex_unlock(&mutex);
}

void wake(const std::atomic<std::uint32_t> &) noexcept {
    pthread_mutex_lock(&mutex);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

} // namespace cbf_lua
