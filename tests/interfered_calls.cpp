// Frames, closures and callbacks that are freed, or given another handler, in the midst of a call; that are called in
// the midst of being given one; and processes that fork there. A debugger runs each once for every instruction and
// sends SIGUSR1 before that: see interfered_remotely.py.
#include "victims.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>

#include <setjmp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
/// Where the debugger waits: what it may interfere with begins, and ends; and the end.
[[gnu::noinline]] void interfered_call(const char *name, const void *slot) { asm volatile("" ::"r"(name), "r"(slot)); }
[[gnu::noinline]] void interfered_return() { asm volatile(""); }
[[gnu::noinline]] void interfered_all() { asm volatile(""); }

/// Whether there is an instruction left: the debugger says so.
volatile int interferes = 1;
}

namespace {

using namespace victims;

enum outcome { finished, other_handler, trapped, wrong, outcomes };

std::unique_ptr<victim> target;
const void *address;
void (*interfere)();
bool has_interfered, is_child;
int answer_inside;
sigjmp_buf before_call;

void on_signal(int) {
    has_interfered = true;
    interfere();
}

// Of a freed slot. What it says is looked at when the call is over.
void on_abort(int) { siglongjmp(before_call, 1); }

void free_it() {
    target->free();
    use_up_free_memory();
}

void set_it() {
    target->set();
    use_up_free_memory();
}

void call_it() { answer_inside = target->call(address); }

// The child goes on with the call, too.
void fork_here() {
    const pid_t child = fork();
    is_child = child == 0;
    if (is_child)
        alarm(60);
    int status = 0;
    if (!is_child && (waitpid(child, &status, 0) != child || status != 0))
        answer_inside = 0;
}

/// What a trap is to say, and nothing else.
class words_of_trap {
  public:
    words_of_trap() { dup2(fileno(file_), STDERR_FILENO); }
    words_of_trap(const words_of_trap &) = delete;
    words_of_trap &operator=(const words_of_trap &) = delete;
    ~words_of_trap() { std::fclose(file_); }

    bool are_there() {
        std::array<char, 200> expected{}, found{};
        std::snprintf(expected.data(), expected.size(), "cbframe: call of a freed callback at 0x%zx\n",
                      reinterpret_cast<std::size_t>(address));
        const ssize_t count = pread(fileno(file_), found.data(), found.size() - 1, 0);
        const bool cleared = ftruncate(fileno(file_), 0) == 0 && lseek(fileno(file_), 0, SEEK_SET) == 0;
        return count > 0 && cleared && std::string_view(found.data()) == expected.data();
    }

  private:
    std::FILE *const file_ = std::tmpfile();
};

outcome of_answer(int answer) { return answer == 80 ? finished : answer == 90 ? other_handler : wrong; }

// The function that is interfered with, in the way of a call.
outcome call_once() {
    const int answer = target->call(address);
    if (is_child)
        _exit(answer == 80 ? 0 : 1);
    return answer_inside == 80 ? of_answer(answer) : wrong;
}

outcome set_once() {
    target->set();
    return of_answer(answer_inside);
}

bool all_right = true;

using counts = std::array<int, outcomes>;

template <class Kind>
counts try_all(const char *name, outcome (*once)(), void (*interference)()) {
    counts count{};
    words_of_trap words;
    interfere = interference;
    bool is_first = true; // of the first one instructions are those of the dynamic linker, too
    for (interferes = 1; interferes != 0; is_first = false) {
        target = std::make_unique<Kind>();
        address = target->address();
        has_interfered = false;
        answer_inside = 80;
        const bool has_trapped = sigsetjmp(before_call, 1) != 0;
        if (!is_first && !has_trapped)
            interfered_call(name, address);
        const outcome found = !has_trapped ? once() : words.are_there() ? trapped : wrong;
        if (!is_first)
            interfered_return();
        target.reset();
        if (has_interfered)
            ++count[found];
    }
    std::printf("%s: %d finished, %d by the other handler, %d trapped, %d wrong\n", name, count[finished],
                count[other_handler], count[trapped], count[wrong]);
    std::fflush(stdout);
    return count;
}

void expect(bool is_right) { all_right &= is_right; }

template <class Kind>
void try_all(std::string name) {
    counts count = try_all<Kind>(("freed in a call of " + name).c_str(), call_once, free_it);
    expect(count[wrong] == 0 && count[other_handler] == 0 && count[trapped] > 5 && count[finished] > 5);
    count = try_all<Kind>(("set in a call of " + name).c_str(), call_once, set_it);
    expect(count[wrong] == 0 && count[trapped] == 0 && count[other_handler] > 5 && count[finished] > 5);
    count = try_all<Kind>(("called while set, " + name).c_str(), set_once, call_it);
    // Few instructions are behind the change, and before not each of them a signal comes.
    expect(count[wrong] == 0 && count[trapped] == 0 && count[other_handler] > 1 && count[finished] > 5);
    count = try_all<Kind>(("forked in a call of " + name).c_str(), call_once, fork_here);
    // Of eleven one.
    expect(count[wrong] == 0 && count[trapped] == 0 && count[other_handler] == 0 && count[finished] > 1);
}

} // namespace

int main() {
    signal(SIGUSR1, on_signal);
    signal(SIGABRT, on_abort);
    try_all<c_frame<CBF_LEVEL_LEGACY>>("a frame in C");
    try_all<heap_frame>("a frame");
    try_all<c_closure>("a closure in C");
    try_all<small_closure>("a small closure");
    try_all<heap_closure>("a closure");
    try_all<narrow_closure>("a closure with a narrow result");
    try_all<small_callback>("a small callback");
    try_all<heap_callback>("a callback");
    try_all<large_callback>("a callback that is a closure");
    std::puts(all_right ? "all right" : "something is wrong");
    std::fflush(stdout);
    interfered_all();
    return all_right ? 0 : 1;
}
