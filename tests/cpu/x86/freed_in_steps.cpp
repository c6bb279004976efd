// Frames, closures and callbacks freed, or given another handler, while a call of theirs is under way: before each of
// its instructions. What was freed finishes or traps; what was set runs one of both handlers.
#include "sanitizers.hpp"
#include "signal_handler_posix.hpp"
#include "victims.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include <x86intrin.h>

namespace {

using namespace victims;

// ---- One call ---------------------------------------------------------------------------------------

using interference = void (*)(victim &);

std::unique_ptr<victim> target;
interference interfere;
int steps_left;
bool has_interfered;

constexpr int trap_flag = 0x100;

void on_trap(int, siginfo_t *, void *context) {
    if (steps_left-- != 0)
        return;
    has_interfered = true;
    interfere(*target);
    use_up_free_memory();
    static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_EFL] &= ~trap_flag; // a step takes its time
}

int call_in_steps(const victim &of) {
    const void *const at = of.address();
    const signal_handler traps(SIGTRAP, on_trap, SA_SIGINFO);
    __writeeflags(__readeflags() | trap_flag);
    const int result = of.call(at);
    __writeeflags(__readeflags() & ~std::uintptr_t{trap_flag});
    return result;
}

enum outcome { finished, other_handler, trapped, too_short, wrong, outcomes };

/// What becomes of a call, in a process of its own, if something else happens before one of its instructions.
outcome outcome_of(std::unique_ptr<victim> (*make)(), interference what, int before) {
    target = make();
    char trap[80];
    const int length = std::snprintf(trap, sizeof(trap), "cbframe: call of a freed callback at 0x%zx\n",
                                     reinterpret_cast<std::size_t>(target->address()));
    int pipe_ends[2];
    EXPECT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], STDERR_FILENO);
        signal(SIGABRT, [](int) { _exit(trapped); }); // a core dump would take its time
        interfere = what;
        steps_left = before;
        const int result = call_in_steps(*target);
        _exit(!has_interfered ? too_short : result == 80 ? finished : result == 90 ? other_handler : wrong);
    }
    close(pipe_ends[1]);
    std::string output;
    char bytes[512];
    for (ssize_t count; (count = read(pipe_ends[0], bytes, sizeof(bytes))) > 0;)
        output.append(bytes, static_cast<std::size_t>(count));
    close(pipe_ends[0]);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    target.reset();
    if (WIFEXITED(status) && WEXITSTATUS(status) == trapped &&
        output == std::string(trap, static_cast<std::size_t>(length)))
        return trapped;
    if (WIFEXITED(status) && WEXITSTATUS(status) != trapped && output.empty())
        return static_cast<outcome>(WEXITSTATUS(status));
    std::cout << "before instruction " << before << ": status " << status << ", " << output << '\n';
    return wrong;
}

// AddressSanitizer makes a call so many times longer, and what has to step to the end of each call by the square of
// that.
constexpr int stride = address_sanitizer ? 11 : 1;
constexpr int seldom = 5 / stride;

std::array<int, outcomes> outcomes_of(std::unique_ptr<victim> (*make)(), interference what) {
    std::array<int, outcomes> count{};
    for (int before = 0; count[too_short] == 0; before += stride)
        ++count[outcome_of(make, what, before)];
    return count;
}

template <class Kind>
class InACall : public testing::Test {
  protected:
    void SetUp() override {
        if (thread_sanitizer)
            GTEST_SKIP() << "its run-time library is not re-entrant at every instruction";
    }
    static std::unique_ptr<victim> make() { return std::make_unique<Kind>(); }
};

using kinds =
    testing::Types<c_frame<CBF_LEVEL_LEGACY>, c_frame<CBF_LEVEL_ALL>, record_frame, heap_frame, c_closure,
                   small_closure, heap_closure, narrow_closure, small_callback, heap_callback, large_callback>;
TYPED_TEST_SUITE(InACall, kinds);

TYPED_TEST(InACall, FreedBeforeEachInstructionFinishesOrTraps) {
    const auto count = outcomes_of(this->make, [](victim &of) { of.free(); });
    EXPECT_EQ(count[wrong], 0);
    EXPECT_EQ(count[other_handler], 0);
    EXPECT_GT(count[trapped], seldom);
    EXPECT_GT(count[finished], seldom);
}

template <class Kind>
class SetInACall : public InACall<Kind> {};
TYPED_TEST_SUITE(SetInACall, kinds);

TYPED_TEST(SetInACall, BeforeEachInstructionOneOfBothHandlersRuns) {
    const auto count = outcomes_of(this->make, [](victim &of) { of.set(); });
    EXPECT_EQ(count[wrong], 0);
    EXPECT_EQ(count[trapped], 0);
    EXPECT_GT(count[finished], seldom);
    EXPECT_GT(count[other_handler], seldom);
}

} // namespace
