// Frames, closures and callbacks freed, or given another handler, while a call of theirs is under way: before each of
// its instructions. What was freed finishes or traps; what was set runs one of both handlers.
#include "native.h"
#include "sanitizers.hpp"
#include "signal_handler_posix.hpp"

#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

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

using cbframe::arguments;
using cbframe::callback;
using cbframe::closure;
using cbframe::cpu;
using cbframe::frame;
using cbframe::prepared_signature;
using cbframe::signature;

/// Something that is called with 3 and answers 80, and may be given a handler that answers 90.
struct victim {
    victim() = default;
    victim(const victim &) = delete;
    victim &operator=(const victim &) = delete;
    virtual ~victim() = default;
    virtual const void *address() const = 0;
    virtual void free() = 0;
    virtual void set() = 0;
    virtual int call(const void *at) const {
        return reinterpret_cast<int (*)(int)>(reinterpret_cast<std::uintptr_t>(at))(3);
    }
};

int answer(std::intptr_t argument, int more = 77) { return static_cast<int>(argument) + more; }

template <cbf_level Level>
struct c_frame final : victim {
    c_frame() { EXPECT_EQ(cbf_frame_new(&made, plus<77>, nullptr, Level), CBF_OK); }
    ~c_frame() override { free(); }
    void free() override {
        if (made != nullptr) {
            EXPECT_EQ(cbf_frame_free(std::exchange(made, nullptr)), CBF_OK);
        }
    }
    const void *address() const override { return made; }
    void set() override { EXPECT_EQ(cbf_frame_set(made, plus<87>, nullptr), CBF_OK); }
    template <int More>
    static void plus(cbf_cpu *cpu, void *) {
        native_return(cpu, answer(native_argument(cpu, 0), More));
    }
    cbf_frame *made = nullptr;
};

struct record_frame final : victim {
    void free() override { made = frame(); }
    const void *address() const override { return made.address(); }
    void set() override {
        made.set([](cpu &cpu) { native_return(&cpu, answer(native_argument(&cpu, 0), 87)); });
    }
    frame made{[](cpu &cpu) { native_return(&cpu, answer(native_argument(&cpu, 0))); }};
};

/// What a callable has on the heap, and needs to answer.
const std::string long_text(100, 'x');

auto adding_in_frame(int more) {
    return [text = long_text, more](cpu &cpu) {
        native_return(&cpu, text == long_text ? answer(native_argument(&cpu, 0), more) : 0);
    };
}

struct heap_frame final : victim {
    void free() override { made = frame(); }
    const void *address() const override { return made.address(); }
    void set() override { made.set(adding_in_frame(87)); }
    frame made{adding_in_frame(77)};
};

struct c_closure final : victim {
    c_closure() {
        const cbf_type *const number = cbf_type_basic(CBF_KIND_INT);
        cbf_signature *signature = nullptr;
        EXPECT_EQ(cbf_signature_new(&signature, number, &number, 1, 0, cbf_convention_native()), CBF_OK);
        EXPECT_EQ(cbf_closure_new(&made, signature, plus<77>, nullptr), CBF_OK);
        cbf_signature_free(signature);
    }
    ~c_closure() override { free(); }
    void free() override {
        if (made != nullptr) {
            EXPECT_EQ(cbf_closure_free(std::exchange(made, nullptr)), CBF_OK);
        }
    }
    const void *address() const override { return made; }
    void set() override { EXPECT_EQ(cbf_closure_set(made, plus<87>, nullptr), CBF_OK); }
    template <int More>
    static void plus(cbf_arguments *args, void *) {
        *static_cast<int *>(cbf_result(args)) = answer(*static_cast<int *>(cbf_argument(args, 0)), More);
    }
    cbf_closure *made = nullptr;
};

auto adding(int more) {
    return [more](arguments &args) { args.result(answer(args.get<int>(0), more)); };
}

struct small_closure final : victim {
    void free() override { made = closure(); }
    const void *address() const override { return made.address(); }
    void set() override { made.set(adding(87)); }
    closure made{signature::of<int(int)>(), adding(77)}; // the only owner of what is known of the signature
};

auto adding_with_text(int more) {
    return [text = long_text, more](arguments &args) {
        args.result(text == long_text ? answer(args.get<int>(0), more) : 0);
    };
}

struct heap_closure final : victim {
    void free() override { made = closure(); }
    const void *address() const override { return made.address(); }
    void set() override { made.set(adding_with_text(87)); }
    closure made{signature::of<int(int)>(), adding_with_text(77)};
};

auto adding_narrowly(int more) {
    return [text = long_text, more](arguments &args) {
        args.result(static_cast<signed char>(text == long_text ? answer(args.get<int>(0), more) : 0));
    };
}

/// Of a signature whose result takes work when the handler has returned.
struct narrow_closure final : victim {
    void free() override { made = closure(); }
    const void *address() const override { return made.address(); }
    void set() override { made.set(adding_narrowly(87)); }
    int call(const void *at) const override {
        return reinterpret_cast<signed char (*)(int)>(reinterpret_cast<std::uintptr_t>(at))(3);
    }
    closure made{signature::of<signed char(int)>(), adding_narrowly(77)};
};

struct small_callback final : victim {
    void free() override { made = decltype(made)(); }
    const void *address() const override { return made.address(); }
    void set() override {
        made.set([](int argument) { return answer(argument, 87); });
    }
    callback<int(int)> made{[more = 77](int argument) { return answer(argument, more); }};
};

struct heap_callback final : victim {
    void free() override { made = decltype(made)(); }
    const void *address() const override { return made.address(); }
    void set() override {
        made.set([text = long_text](int argument) { return text == long_text ? answer(argument, 87) : 0; });
    }
    callback<int(int)> made{[text = long_text](int argument) { return text == long_text ? answer(argument) : 0; }};
};

/// One without a register left for its object: a closure, but on 32-bit x86.
struct large_callback final : victim {
    void free() override { made = decltype(made)(); }
    const void *address() const override { return made.address(); }
    void set() override {
        made.set([text = long_text](int argument, int, int, int, int, int, int) {
            return text == long_text ? answer(argument, 87) : 0;
        });
    }
    int call(const void *at) const override {
        return reinterpret_cast<decltype(made)::pointer>(reinterpret_cast<std::uintptr_t>(at))(3, 0, 0, 0, 0, 0, 0);
    }
    callback<int(int, int, int, int, int, int, int)> made{
        [text = long_text](int argument, int, int, int, int, int, int) {
            return text == long_text ? answer(argument) : 0;
        }};
};

// ---- One call ---------------------------------------------------------------------------------------

using interference = void (*)(victim &);

std::unique_ptr<victim> target;
interference interfere;
int steps_left;
bool has_interfered;

// Whatever has been given back has other contents then.
void use_up_free_memory() {
    for (std::size_t size = 8; size <= 512; size += 8)
        for (int n = 0; n < 10; ++n)
            if (void *const memory = std::malloc(size))
                std::memset(memory, 0xaa, size);
}

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
