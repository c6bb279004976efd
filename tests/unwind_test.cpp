// Exceptions and backtraces find their way through a frame. The other files of this program follow calls instruction by
// instruction: those of this CPU in cpu/.
#include "native.h"
#include "unwind_fixture.hpp"
#include "unwind_further.hpp"

#include "arch/arch.hpp"
#include "arch/slots.hpp"

#include <execinfo.h>
#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace unwinding {
namespace {

INSTANTIATE_TEST_SUITE_P(Frames, Unwinding, testing::ValuesIn(frame_kinds), name_of);

// ---- Control-flow enforcement ---------------------------------------------------------------------

TEST_P(Unwinding, ASlotIsALandingPad) {
    EXPECT_TRUE(is_landing_pad(make([](cbf_cpu &) {})->address()));
}

TEST(Entry, IsALandingPad) {
    for (const auto entry : cbf::arch::entries)
        EXPECT_TRUE(is_landing_pad(reinterpret_cast<const void *>(entry)));
    for (const auto entry : cbf::arch::tap_entries)
        EXPECT_TRUE(is_landing_pad(reinterpret_cast<const void *>(entry)));
}

// ---- Exceptions -----------------------------------------------------------------------------------

TEST_P(Unwinding, AnExceptionLeavesTheCallersRegistersAsTheyWere) {
    const auto target = make([&](cbf_cpu &cpu) {
        scribble(cpu, random);
        throw 1;
    });
    for (int round = 0; round < 100; ++round) {
        const state in = any_random_state(random);
        state out{};
        const int result = exactness_call(&in, &out, target->address());
        ASSERT_TRUE(caught(in, out, result)) << "round " << round;
    }
}

TEST_P(Unwinding, AnExceptionLeavesTheCallersRegistersAsTheyWereAfterPop) {
    const auto target = make([&](cbf_cpu &cpu) {
        cbf_cpu_pop(&cpu, 16);
        scribble(cpu, random);
        throw 1;
    });
    for (int round = 0; round < 100; ++round) {
        const state in = random_state(random);
        state out{};
        const int result = exactness_call(&in, &out, target->address());
        ASSERT_TRUE(caught(in, out, result)) << "round " << round;
    }
}

/// Frames of alternating levels, each of which calls the one before; the first throws.
std::vector<std::unique_ptr<callee>> chain(std::size_t length, bits &random, frame_kind kind) {
    std::vector<std::unique_ptr<callee>> frames;
    for (std::size_t n = 0; n < length; ++n) {
        const auto next = n != 0 ? frames.back()->function() : nullptr;
        frames.push_back(std::make_unique<callee>(kind, [next, &random](cbf_cpu &cpu) {
            scribble(cpu, random);
            if (next == nullptr)
                throw std::string("from the innermost handler");
            next();
        }));
        kind.level = kind.level == level::all ? level::legacy : level::all;
    }
    return frames;
}

TEST_P(Unwinding, AnExceptionCrossesFiveFrames) {
    const auto frames = chain(5, random, GetParam());
    for (int round = 0; round < 20; ++round) {
        const state in = random_state(random);
        state out{};
        const int result = exactness_call(&in, &out, frames.back()->address());
        ASSERT_TRUE(caught(in, out, result)) << "round " << round;
    }
}

TEST_P(Unwinding, AnExceptionArrivesWithItsValue) {
    const auto frames = chain(5, random, GetParam());
    std::string what;
    try {
        frames.back()->function()();
    } catch (const std::string &thrown) {
        what = thrown;
    }
    EXPECT_EQ(what, "from the innermost handler");
}

TEST_P(Unwinding, AnExceptionCaughtByAHandlerInBetweenStaysThere) {
    bool is_caught = false, returned = false;
    const auto inner = make([](cbf_cpu &) { throw 1; });
    const auto outer = make([&](cbf_cpu &) {
        try {
            inner->function()();
        } catch (int) {
            is_caught = true;
        }
    });
    outer->function()();
    returned = true;
    EXPECT_TRUE(is_caught);
    EXPECT_TRUE(returned);
}

TEST_P(Unwinding, AnExceptionRunsTheDestructorsOnItsWay) {
    int destroyed = 0;
    const auto frames = chain(5, random, GetParam());
    const auto outermost = make([&](cbf_cpu &) {
        const std::unique_ptr<int, void (*)(int *)> guard(&destroyed, [](int *count) { ++*count; });
        frames.back()->function()();
    });
    EXPECT_THROW(outermost->function()(), std::string);
    EXPECT_EQ(destroyed, 1);
}

/// More live values than the compiler has registers, across a call that throws.
[[gnu::noinline]] testing::AssertionResult keeps_locals(void (*throws)(), bits &random) {
    word memory[10];
    for (word &value : memory)
        value = static_cast<word>(random());
    word a = memory[0], b = memory[1], c = memory[2], d = memory[3], e = memory[4];
    word f = memory[5], g = memory[6], h = memory[7], i = memory[8], j = memory[9];
    // The compiler must not know that they are the same as those in memory.
    asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e)::"memory");
    asm volatile("" : "+r"(f), "+r"(g), "+r"(h), "+r"(i), "+r"(j)::"memory");
    bool is_caught = false;
    try {
        throws();
    } catch (...) {
        is_caught = true;
    }
    asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e)::"memory");
    asm volatile("" : "+r"(f), "+r"(g), "+r"(h), "+r"(i), "+r"(j)::"memory");
    const word locals[] = {a, b, c, d, e, f, g, h, i, j};
    if (!is_caught)
        return testing::AssertionFailure() << "no exception arrived";
    for (std::size_t n = 0; n < std::size(locals); ++n)
        if (locals[n] != memory[n])
            return testing::AssertionFailure() << "local variable " << n << " has changed";
    return testing::AssertionSuccess();
}

TEST_P(Unwinding, AnExceptionLeavesLocalVariablesOfItsCatcherAlone) {
    for (const std::size_t length : {std::size_t{1}, std::size_t{5}}) {
        const auto frames = chain(length, random, GetParam());
        for (int round = 0; round < 20; ++round)
            ASSERT_TRUE(keeps_locals(frames.back()->function(), random)) << "through " << length << " frames";
    }
}

TEST_P(Unwinding, AFrameWorksOnAfterAnException) {
    int calls = 0;
    const auto target = make([&](cbf_cpu &cpu) {
        if (++calls == 1)
            throw 1;
        native_return(&cpu, 42);
    });
    EXPECT_THROW(target->function()(), int);
    state in = random_state(random), out{};
    EXPECT_EQ(exactness_call(&in, &out, target->address()), 0);
    EXPECT_EQ(out.gpr[result_register], 42u);
    EXPECT_EQ(out.gpr[kept_register], in.gpr[kept_register]);
}

TEST_P(Unwinding, AThreadMayExitInAHandler) {
    struct job {
        void (*call)();
        bool destroyed, returned;
    };
    const auto target = make([](cbf_cpu &) { pthread_exit(nullptr); });
    job work{target->function(), false, false};
    pthread_t thread;
    const auto run = [](void *argument) -> void * {
        auto *const mine = static_cast<job *>(argument);
        const std::unique_ptr<bool, void (*)(bool *)> guard(&mine->destroyed, [](bool *flag) { *flag = true; });
        mine->call();
        mine->returned = true;
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, nullptr, run, &work), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    EXPECT_TRUE(work.destroyed);
    EXPECT_FALSE(work.returned);
}

// ---- Backtraces -----------------------------------------------------------------------------------

/// The return addresses on the stack, innermost first.
std::vector<const void *> trace() {
    std::vector<void *> addresses(200);
    addresses.resize(static_cast<std::size_t>(backtrace(addresses.data(), static_cast<int>(addresses.size()))));
    return {addresses.begin(), addresses.end()};
}

const void *return_address(const cbf_cpu &cpu) { return reinterpret_cast<const void *>(cbf_cpu_return_address(&cpu)); }

const void *caller_of_caller;

[[gnu::noinline]] void call_and_return(void (*function)()) {
    caller_of_caller = __builtin_return_address(0);
    function();
    asm volatile(""); // no tail call
}

TEST_P(Unwinding, ABacktraceSeesWhoCalledTheFrame) {
    std::vector<const void *> seen, expected;
    const auto target = make([&](cbf_cpu &cpu) {
        expected = {return_address(cpu), caller_of_caller};
        seen = trace();
    });
    call_and_return(target->function());
    EXPECT_NE(std::search(seen.begin(), seen.end(), expected.begin(), expected.end()), seen.end());
}

TEST_P(Unwinding, ABacktraceSeesTheCallersOfNestedFrames) {
    std::vector<const void *> seen, callers;
    std::vector<std::unique_ptr<callee>> frames;
    for (int n = 0; n < 5; ++n) {
        const auto next = n != 0 ? frames.back()->function() : nullptr;
        frames.push_back(make([&, next](cbf_cpu &cpu) {
            callers.insert(callers.begin(), return_address(cpu));
            if (next != nullptr)
                call_and_return(next);
            else
                seen = trace();
        }));
    }
    call_and_return(frames.back()->function());
    ASSERT_EQ(callers.size(), 5u);
    auto from = seen.begin();
    for (const void *const each : callers) {
        from = std::find(from, seen.end(), each);
        ASSERT_NE(from, seen.end());
    }
}

// ---- Slots in further mappings --------------------------------------------------------------------

class FurtherMappingDeathTest : public Unwinding {};

INSTANTIATE_TEST_SUITE_P(Frames, FurtherMappingDeathTest, testing::ValuesIn(frame_kinds_in_record), name_of);

TEST_P(FurtherMappingDeathTest, AnExceptionLeavesTheCallersRegistersAsTheyWere) {
    const auto run = [this] {
        const auto others = use_up_the_image(GetParam());
        const auto target = make([](cbf_cpu &) { throw 1; });
        const state in = random_state(random);
        state out{};
        const int result = exactness_call(&in, &out, target->address());
        EXPECT_TRUE(caught(in, out, result));
        std::_Exit(HasFailure() ? 1 : 0);
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
}

} // namespace
} // namespace unwinding
