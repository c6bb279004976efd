// sigaction: a signal handler with captures. A call is async-signal-safe up to the handler, which keeps to what a
// signal handler may do.
#include <cbframe/cbframe.hpp>

#include <csignal>
#include <cstdio>

#include <unistd.h>

int main() {
    volatile std::sig_atomic_t received = 0;
    int ends[2];
    if (pipe(ends) != 0)
        return 1;

    const cbframe::callback<void(int, siginfo_t *, void *)> handler{[&](int number, siginfo_t *, void *) {
        received = number;
        const char byte = '!';
        [[maybe_unused]] const auto written = write(ends[1], &byte, 1); // wakes a loop that polls the other end
    }};
    struct sigaction action {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = handler;
    sigaction(SIGUSR1, &action, nullptr);

    std::raise(SIGUSR1);
    char byte = 0;
    if (read(ends[0], &byte, 1) != 1)
        return 1;
    std::printf("got SIGUSR1: %s, and %c from the pipe\n", received == SIGUSR1 ? "yes" : "no", byte);
    std::signal(SIGUSR1, SIG_DFL); // before the callback goes
}
