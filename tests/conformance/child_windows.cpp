// No process of Windows is a copy of another one: calls that may crash are run in threads, each of which a crash ends.
#include "child.hpp"

#include <cstdio>
#include <stdexcept>

#include <windows.h>

namespace {

struct thread_run {
    std::size_t at;
    std::size_t count;
    const std::function<std::string()> *begin;
    const std::function<std::string(std::size_t)> *run;
    bool is_begun = false;
    std::string error = {};
};

thread_local thread_run *running = nullptr;

DWORD WINAPI run_thread(void *given) {
    thread_run &told = *static_cast<thread_run *>(given);
    running = &told;
    told.error = (*told.begin)();
    told.is_begun = told.error.empty();
    while (told.error.empty() && told.at < told.count) {
        told.error = run_one(*told.run, told.at);
        if (told.error.empty())
            told.at++;
    }
    running = nullptr;
    return 0;
}

LONG CALLBACK on_crash(EXCEPTION_POINTERS *raised) {
    constexpr DWORD errors = 0xc0000000, of_programs = 0x20000000; // what C++ and Lua throw is no crash
    const DWORD code = raised->ExceptionRecord->ExceptionCode;
    if (running == nullptr || (code & (errors | of_programs)) != errors)
        return EXCEPTION_CONTINUE_SEARCH;
    running->error = "crashed: exception " + std::to_string(code);
    ExitThread(1);
}

} // namespace

std::vector<std::string> run_in_children(std::size_t count, const std::function<std::string()> &begin,
                                         const std::function<std::string(std::size_t)> &run) {
    constexpr DWORD longest_batch = 120'000; // ms: a call that never returns
    static void *const handler = AddVectoredExceptionHandler(1, on_crash);
    if (handler == nullptr)
        throw std::runtime_error("cannot see crashes");
    std::vector<std::string> errors(count);
    for (std::size_t first = 0; first < count; first++) {
        thread_run told{first, count, &begin, &run};
        const HANDLE thread = CreateThread(nullptr, 0, run_thread, &told, 0, nullptr);
        if (thread == nullptr)
            throw std::runtime_error("cannot make a thread");
        if (WaitForSingleObject(thread, longest_batch) != WAIT_OBJECT_0) {
            std::printf("call %zu of its batch does not return\n", told.at);
            std::fflush(stdout);
            TerminateProcess(GetCurrentProcess(), 1); // the thread uses what is ours
        }
        CloseHandle(thread);
        if (told.error.empty())
            break;
        if (!told.is_begun) {
            std::fill(errors.begin() + static_cast<std::ptrdiff_t>(first), errors.end(), told.error);
            break;
        }
        errors[told.at] = told.error;
        first = told.at;
    }
    return errors;
}
