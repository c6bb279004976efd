#include "child.hpp"

#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// What a child tells its parent, in memory that both see.
struct report {
    std::size_t at;
    bool is_begun;
    bool is_done;
    char error[16384];
};

report &shared_report() {
    static void *const memory =
        mmap(nullptr, sizeof(report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::runtime_error("no memory to share");
    return *static_cast<report *>(memory);
}

[[noreturn]] void stop(report &report, const std::string &error) {
    std::snprintf(report.error, sizeof report.error, "%s", error.c_str());
    _exit(1);
}

[[noreturn]] void be_child(report &report, std::size_t count, const std::function<std::string()> &begin,
                           const std::function<std::string(std::size_t)> &run) {
    constexpr unsigned longest = 120; // seconds, also on a busy machine: a call that never returns
    alarm(longest);
    if (const std::string error = begin(); !error.empty())
        stop(report, error);
    report.is_begun = true;
    for (; report.at < count; report.at++) {
        alarm(longest);
        if (const std::string error = run_one(run, report.at); !error.empty())
            stop(report, error);
    }
    report.is_done = true;
    _exit(0);
}

std::string end_of(int status) {
    if (WIFSIGNALED(status))
        return std::string("killed by signal ") + strsignal(WTERMSIG(status));
    return "exited with status " + std::to_string(WEXITSTATUS(status));
}

} // namespace

std::vector<std::string> run_in_children(std::size_t count, const std::function<std::string()> &begin,
                                         const std::function<std::string(std::size_t)> &run) {
    std::vector<std::string> errors(count);
    report &report = shared_report();
    for (std::size_t first = 0; first < count; first++) {
        report = {.at = first, .is_begun = false, .is_done = false, .error = {}};
        std::fflush(nullptr);
        const pid_t child = fork();
        if (child < 0)
            throw std::runtime_error("cannot fork");
        if (child == 0)
            be_child(report, count, begin, run);
        int status = 0;
        waitpid(child, &status, 0);
        if (report.is_done)
            break;
        std::string error = report.error;
        if (error.empty())
            error = end_of(status);
        if (!report.is_begun) {
            std::fill(errors.begin() + static_cast<std::ptrdiff_t>(first), errors.end(), error);
            break;
        }
        errors[report.at] = error;
        first = report.at;
    }
    return errors;
}
