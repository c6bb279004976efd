// Exceptions, backtraces and debuggers find their way through a frame: the call frame information of
// slot and entry is right at every single instruction.
#if defined(__x86_64__)
#include "exactness_x86_64.S"
#else
#include "exactness_i386.S"
#endif
#include "native.h"
#include "other_cpu.hpp"
#include "sanitizers.hpp"
#include "signal_handler_posix.hpp"

#include "arch/arch.hpp"
#include "arch/slots.hpp"
#include "arch/x86/typed.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <execinfo.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>
#include <unwind.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using cbframe::cpu;
using cbframe::level;
using exactness::state;
using exactness::word;
using bits = std::mt19937_64;

constexpr word CF = 1 << 0, TF = 1 << 8, DF = 1 << 10, OF = 1 << 11, ID = 1 << 21;

std::uint64_t seed() {
    const char *const given = std::getenv("CBFRAME_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 0) : 20240229;
}

class seed_printer : public testing::Environment {
    void SetUp() override { std::cout << "CBFRAME_SEED=" << seed() << '\n'; }
};

[[maybe_unused]] const testing::Environment *const printer = testing::AddGlobalTestEnvironment(new seed_printer);

/// Random general registers, everything else as it is in a C function.
state random_state(bits &random) {
    state made{};
    for (word &value : made.gpr)
        value = static_cast<word>(random());
    made.rflags = 0x202;
    made.alignment = static_cast<word>(random() % 2 * 8);
    made.fx.fcw = 0x37f;
    made.fx.mxcsr = 0x1f80;
    made.components = __builtin_cpu_supports("avx") ? COMPONENT_YMM : 0;
    return made;
}

void put_values_on_the_x87_stack(state &of) {
    of.fx.ftw = 0xe0;
    of.fx.fsw = 5 << 11;
}

void make_x87_exception_pending(state &of) {
    of.fx.fcw = 0x37e;
    of.fx.fsw = 0x8081;
}

void set_an_upper_half(state &of) { of.zmm[exactness::vectors - 1][31] = 1; }

// The registers that a callee preserves, by their DWARF numbers (System V psABI: x86-64, figure 3.36; i386, 2.14).
struct preserved_register {
    const char *name;
    int number;
    exactness::gpr_index index;
};

#if defined(__x86_64__)
constexpr int instruction_register = REG_RIP, accumulator_register = REG_RAX;
constexpr preserved_register preserved[] = {{"RBX", 3, exactness::RBX},  {"RBP", 6, exactness::RBP},
                                            {"R12", 12, exactness::R12}, {"R13", 13, exactness::R13},
                                            {"R14", 14, exactness::R14}, {"R15", 15, exactness::R15}};
#else
constexpr int instruction_register = REG_EIP, accumulator_register = REG_EAX;
constexpr preserved_register preserved[] = {
    {"EBX", 3, exactness::EBX}, {"EBP", 5, exactness::EBP}, {"ESI", 6, exactness::ESI}, {"EDI", 7, exactness::EDI}};
#endif

void scribble(cbf_cpu &cpu, bits &random) {
    const auto stack_pointer = cpu.GPR[exactness::SP];
    for (auto &value : cpu.GPR)
        value.u = static_cast<word>(random());
    cpu.GPR[exactness::SP] = stack_pointer;
    cpu.EFLAGS.DF = 1;
    for (cbf_dqword &value : cpu.XMM)
        value.lo.u = random();
}

/// The ways to make a frame.
enum class kind { in_record, on_heap, c_api };

/// A way to make a frame of some level.
struct way {
    level captured;
    kind made;

    std::string name() const {
        const char *const kinds[] = {"InRecord", "OnHeap", "CApi"};
        std::string text = captured == level::all ? "All" : "Legacy";
        return text.append(kinds[static_cast<std::size_t>(made)]);
    }
    friend std::ostream &operator<<(std::ostream &to, const way &from) { return to << from.name(); }
};

constexpr way ways[] = {{level::legacy, kind::in_record}, {level::legacy, kind::on_heap}, {level::legacy, kind::c_api},
                        {level::all, kind::in_record},    {level::all, kind::on_heap},    {level::all, kind::c_api}};
constexpr way ways_in_record[] = {{level::legacy, kind::in_record}, {level::all, kind::in_record}};

std::string name_of(const testing::TestParamInfo<way> &test) { return test.param.name(); }

/// A frame of some kind that runs a function.
class callee {
  public:
    callee(way how, std::function<void(cbf_cpu &)> act) : act_(std::move(act)) {
        switch (how.made) {
        case kind::in_record:
            frame_ = cbframe::frame([this](cpu &cpu) { act_(cpu); }, how.captured);
            break;
        case kind::on_heap:
            frame_ = cbframe::frame([this, ballast = std::string(100, 'x')](cpu &cpu) { act_(cpu); }, how.captured);
            break;
        case kind::c_api:
            EXPECT_EQ(cbf_frame_new(&c_frame_, handle, this, static_cast<cbf_level>(how.captured)), CBF_OK);
            break;
        }
    }
    callee(const callee &) = delete;
    callee &operator=(const callee &) = delete;
    ~callee() {
        if (c_frame_ != nullptr)
            cbf_frame_free(c_frame_);
    }

    const void *address() const { return frame_ ? frame_.address() : static_cast<const void *>(c_frame_); }
    auto function() const {
        return frame_ ? frame_.as<void()>() : reinterpret_cast<void (*)()>(cbf_frame_address(c_frame_));
    }

  private:
    static void handle(cbf_cpu *cpu, void *self) { static_cast<callee *>(self)->act_(*cpu); }

    std::function<void(cbf_cpu &)> act_;
    cbframe::frame frame_;
    cbf_frame *c_frame_ = nullptr;
};

class Unwinding : public testing::TestWithParam<way> {
  protected:
    bits random{seed()};

    std::unique_ptr<callee> make(std::function<void(cbf_cpu &)> act) {
        return std::make_unique<callee>(GetParam(), std::move(act));
    }
};

INSTANTIATE_TEST_SUITE_P(Frames, Unwinding, testing::ValuesIn(ways), name_of);

// ---- Every instruction ----------------------------------------------------------------------------

/// Runs one call with the trap flag set and, at every instruction of slot and entry, asks the unwinder
/// for the caller: its return address, its RSP and the registers that a callee preserves.
class single_step {
  public:
    /// Instructions that only some calls, or some CPUs, can afford.
    enum instruction_kind { popfq, whole_x87, xrstor, xgetbv, avx, kinds };

    /// initial_x87: the entry is to find the x87 in its initial configuration. (The return from a
    /// signal handler leaves it in use as far as XGETBV can tell.)
    single_step(const void *slot, bool initial_x87) : slot_(address_of(slot)), initial_x87_(initial_x87) {
        current_ = this;
        stack_.resize(1 << 18);
        stack_t stack{};
        stack.ss_sp = stack_.data();
        stack.ss_size = stack_.size();
        sigaltstack(&stack, &old_stack_);
        struct sigaction action {};
        action.sa_sigaction = on_trap;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigaction(SIGTRAP, &action, &old_trap_);
        action.sa_handler = on_fault;
        action.sa_flags = SA_ONSTACK;
        sigaction(SIGSEGV, &action, &old_fault_);
    }
    single_step(const single_step &) = delete;
    single_step &operator=(const single_step &) = delete;
    ~single_step() {
        sigaction(SIGSEGV, &old_fault_, nullptr);
        sigaction(SIGTRAP, &old_trap_, nullptr);
        sigaltstack(&old_stack_, nullptr);
        current_ = nullptr;
    }

    /// Calls the slot. A register may have its value of in or of written; RSP may be moved to other_rsp.
    void run(const state &in, const state &written, word popped, word other_rsp) {
        in_ = &in;
        written_ = &written;
        popped_ = popped;
        other_rsp_ = other_rsp;
        state stepped = in;
        stepped.rflags |= TF;
        exactness_call(&stepped, &out_, reinterpret_cast<const void *>(slot_));
    }

    std::size_t instructions() const { return instructions_; }

    /// Whether the trap flag was still set when the call had returned.
    bool goes_on() const { return (out_.rflags & TF) != 0; }

    /// Where the unwinder erred.
    std::string failures() const {
        std::ostringstream text;
        for (std::size_t n = 0; n < failed_; ++n)
            text << failures_[n].function << "+0x" << std::hex << failures_[n].offset << ": " << failures_[n].what
                 << " (0x" << failures_[n].value << ")\n";
        return text.str();
    }

    /// Whether an instruction of such a kind was executed.
    bool has_executed(instruction_kind kind) const { return executed_[kind]; }

  private:
    static std::uintptr_t address_of(const void *at) { return reinterpret_cast<std::uintptr_t>(at); }

    // Signal handlers: nothing here may allocate memory.
    static void on_trap(int, siginfo_t *, void *context) {
        auto &registers = static_cast<ucontext_t *>(context)->uc_mcontext.gregs;
        const auto instruction = static_cast<std::uintptr_t>(registers[instruction_register]);
        if (!current_->knows(instruction))
            return;
        const auto *const code = reinterpret_cast<const unsigned char *>(instruction);
        const unsigned char *const previous = std::exchange(current_->previous_, code);
        if (current_->initial_x87_ && previous == code - 3 && is(previous, {0x0f, 0x01, 0xd0}))
            registers[accumulator_register] &= ~1; // what XGETBV said of the x87
        current_->note_kind(code);
        current_->check();
    }

    static void on_fault(int signal) {
        if (current_->walking_)
            siglongjmp(current_->before_walk_, 1);
        std::signal(signal, SIG_DFL); // not of the unwinder's making
    }

    /// Whether this is an instruction of the slot, of its page's tail or of an entry.
    bool knows(std::uintptr_t instruction) {
        const std::uintptr_t tail = (slot_ & ~std::uintptr_t{POOL_PAGE_SIZE - 1}) + POOL_SLOTS * POOL_SLOT_SIZE;
        // The function searches one byte before what it is given.
        const auto function = address_of(_Unwind_FindEnclosingFunction(reinterpret_cast<void *>(instruction + 1)));
        if (instruction - slot_ < POOL_SLOT_SIZE)
            where_ = "slot", start_ = slot_;
        else if (instruction - tail < POOL_SLOT_SIZE)
            where_ = "tail", start_ = tail;
        else if (const char *const name = name_of_entry(function); name != nullptr)
            where_ = name, start_ = function;
        else
            return false;
        offset_ = instruction - start_;
        return true;
    }

    static const char *name_of_entry(std::uintptr_t function) {
        static constexpr std::pair<void (*)(), const char *> entries[] = {
            {cbf_entry_legacy, "cbf_entry_legacy"},
            {cbf_entry_all, "cbf_entry_all"},
#if defined(__x86_64__)
            {cbf_callback_rdi, "cbf_callback_rdi"},
            {cbf_callback_rsi, "cbf_callback_rsi"},
            {cbf_callback_rdx, "cbf_callback_rdx"},
            {cbf_callback_rcx, "cbf_callback_rcx"},
            {cbf_callback_r8, "cbf_callback_r8"},
            {cbf_callback_r9, "cbf_callback_r9"},
            {cbf_closure_sysv_few, "cbf_closure_sysv_few"},
            {cbf_closure_sysv, "cbf_closure_sysv"},
            {cbf_closure_sysv_xmm8_few, "cbf_closure_sysv_xmm8_few"},
            {cbf_closure_sysv_xmm8, "cbf_closure_sysv_xmm8"},
            {cbf_closure_sysv_xmm16, "cbf_closure_sysv_xmm16"},
            {cbf_closure_sysv_wide, "cbf_closure_sysv_wide"},
            {cbf_closure_ms, "cbf_closure_ms"},
            {cbf_closure_ms_wide, "cbf_closure_ms_wide"},
#else
            {cbf_callback_ecx, "cbf_callback_ecx"},
            {cbf_callback_edx, "cbf_callback_edx"},
            {cbf_closure_x86, "cbf_closure_x86"},
            {cbf_closure_x86_wide, "cbf_closure_x86_wide"},
            {cbf_closure_x86_mmx, "cbf_closure_x86_mmx"},
#endif
        };
        for (const auto &[entry, name] : entries)
            if (reinterpret_cast<std::uintptr_t>(entry) == function)
                return name;
        return nullptr;
    }

    static bool is(const unsigned char *code, std::initializer_list<unsigned char> bytes) {
        return std::equal(bytes.begin(), bytes.end(), code);
    }

    void note_kind(const unsigned char *code) {
        executed_[popfq] |= is(code, {0x9d});
        const unsigned char *const opcode = code + (code[0] == 0x48); // behind REX.W
        const unsigned which = is(opcode, {0x0f, 0xae}) ? opcode[2] >> 3 & 7u : 8u;
        executed_[whole_x87] |= which == 0 || which == 1 || which == 5; // FXSAVE, FXRSTOR, XRSTOR
        executed_[xrstor] |= which == 5;
        executed_[xgetbv] |= is(code, {0x0f, 0x01, 0xd0});
        executed_[avx] |= is(code, {0xc4}) || is(code, {0xc5}) || is(code, {0x62}); // VEX and EVEX prefixes
    }

    void check() {
        ++instructions_;
        found_ = false;
        walking_ = true;
        if (sigsetjmp(before_walk_, 1) != 0)
            fail("makes the unwinder crash", 0);
        else if (_Unwind_Backtrace(on_frame, this); !found_)
            fail("does not lead to the caller", 0);
        walking_ = false;
    }

    static _Unwind_Reason_Code on_frame(_Unwind_Context *context, void *self) {
        if (_Unwind_GetIP(context) != address_of(exactness_return))
            return _URC_NO_REASON;
        static_cast<single_step *>(self)->check_caller(context);
        return _URC_END_OF_STACK;
    }

    void check_caller(_Unwind_Context *context) {
        found_ = true;
        const word rsp = _Unwind_GetCFA(context);
        if (rsp != out_.called_rsp && rsp != out_.called_rsp + popped_ && (other_rsp_ == 0 || rsp != other_rsp_))
            fail("leads to a wrong RSP of the caller", rsp);
        for (const preserved_register &each : preserved) {
            const word value = _Unwind_GetGR(context, each.number);
            if (value != in_->gpr[each.index] && value != written_->gpr[each.index])
                fail(each.name, value);
        }
    }

    void fail(const char *what, std::uint64_t value) {
        if (failed_ < failures_.size())
            failures_[failed_++] = {where_, offset_, what, value};
    }

    struct failure {
        const char *function;
        std::uintptr_t offset;
        const char *what;
        std::uint64_t value;
    };

    static inline single_step *current_ = nullptr;

    std::uintptr_t slot_;
    bool initial_x87_;
    std::vector<unsigned char> stack_;
    stack_t old_stack_{};
    struct sigaction old_trap_ {};
    struct sigaction old_fault_ {};

    const state *in_ = nullptr;
    const state *written_ = nullptr;
    word popped_ = 0, other_rsp_ = 0;
    state out_{};

    bool found_ = false;
    const char *where_ = "";
    std::uintptr_t start_ = 0, offset_ = 0;
    const unsigned char *previous_ = nullptr;
    sigjmp_buf before_walk_;
    volatile bool walking_ = false;
    std::size_t instructions_ = 0;
    std::size_t failed_ = 0;
    std::array<failure, 100> failures_;
    std::array<bool, kinds> executed_{};
};

/// Whether calls can be stepped through here: not with ThreadSanitizer, for a trap may come while its own code, which
/// the handler's needs, holds a lock.
constexpr bool can_step() { return !thread_sanitizer; }

/// What a stepped call does.
struct stepped_call {
    std::function<void(cbf_cpu &)> act = {};
    bool initial_x87 = false;
    const state *written = nullptr; // what act writes to callee-saved registers
    word popped = 0;
    word other_rsp = 0;
};

class Stepping : public Unwinding {
  protected:
    void SetUp() override {
        if (!can_step())
            GTEST_SKIP() << "ThreadSanitizer does not stand single steps";
    }

    void expect_unwindable(const state &in, const stepped_call &how) {
        const auto target = make(how.act ? how.act : [](cbf_cpu &) {});
        single_step steps(target->address(), how.initial_x87);
        steps.run(in, how.written != nullptr ? *how.written : in, how.popped, how.other_rsp);
        EXPECT_EQ(steps.failures(), "");
        EXPECT_GT(steps.instructions(), 100u) << "steps were missed";
        EXPECT_TRUE(steps.goes_on());
    }
};

INSTANTIATE_TEST_SUITE_P(Frames, Stepping, testing::ValuesIn(ways_in_record), name_of);

TEST_P(Stepping, APlainCall) { expect_unwindable(random_state(random), {.initial_x87 = true}); }

// The sort of handler that most are: it reads registers and returns a value.
TEST_P(Stepping, APlainCallPaysForNothingRare) {
    const auto target = make([](cbf_cpu &cpu) {
        native_return(&cpu, 1);
        cpu.XMM[0].lo.u = 2;
        cpu.EFLAGS.val ^= CF | OF;
    });
    const state in = random_state(random);
    single_step steps(target->address(), true);
    steps.run(in, in, 0, 0);
    EXPECT_FALSE(steps.has_executed(single_step::popfq));
#if defined(__x86_64__) // where something cheaper tells whether it is in use
    EXPECT_FALSE(steps.has_executed(single_step::whole_x87));
#endif
}

TEST_P(Stepping, ACpuOfTheYear2003ExecutesNoInstructionThatItHasNot) {
    const other_cpu without_avx(cbf_x86_components, 0);
#if defined(__x86_64__)
    const other_cpu without_xgetbv1(cbf_x86_xinuse, 1);
#endif
    const auto target = make([](cbf_cpu &) {});
    const state in = random_state(random);
    single_step steps(target->address(), false);
    steps.run(in, in, 0, 0);
    EXPECT_EQ(steps.failures(), "");
    EXPECT_FALSE(steps.has_executed(single_step::xgetbv));
    EXPECT_FALSE(steps.has_executed(single_step::xrstor));
    EXPECT_FALSE(steps.has_executed(single_step::avx));
}

TEST_P(Stepping, TheHandlerDoesNotSeeTheTrapFlag) {
    for (const word flags : {word{0}, DF, ID}) {
        state in = random_state(random);
        in.rflags |= flags;
        bool is_seen = true;
        expect_unwindable(in, {.act = [&](cbf_cpu &cpu) { is_seen = cpu.EFLAGS.TF; }});
        EXPECT_FALSE(is_seen);
    }
}

TEST_P(Stepping, AHandlerCanBeginIt) {
    const auto target = make([](cbf_cpu &cpu) { cpu.EFLAGS.TF = 1; });
    state in = random_state(random), out{};
    static int traps;
    traps = 0;
    const signal_handler counting(
        SIGTRAP, +[](int) { ++traps; });
    exactness_call(&in, &out, target->address());
    EXPECT_NE(out.rflags & TF, 0u);
    EXPECT_GT(traps, 5);
}

TEST_P(Stepping, ACallWithTheX87InUse) { expect_unwindable(random_state(random), {}); }

TEST_P(Stepping, ACallWithAnotherX87ControlWord) {
    state in = random_state(random);
    in.fx.fcw = 0x27f;
    expect_unwindable(in, {});
}

TEST_P(Stepping, ACallWithValuesOnTheX87Stack) {
    state in = random_state(random);
    put_values_on_the_x87_stack(in);
    expect_unwindable(in, {});
}

TEST_P(Stepping, ACallWithAPendingX87Exception) {
    state in = random_state(random);
    make_x87_exception_pending(in);
    expect_unwindable(in, {});
}

TEST_P(Stepping, ACallWithTheDirectionFlagSet) {
    state in = random_state(random);
    in.rflags |= DF;
    expect_unwindable(in, {});
}

TEST_P(Stepping, ACallWithAnOddStackPointer) {
    for (const unsigned alignment : {1u, 4u, 7u, 15u}) {
        state in = random_state(random);
        in.alignment = alignment;
        expect_unwindable(in, {.initial_x87 = true});
        expect_unwindable(in, {.act = [](cbf_cpu &cpu) { cpu.EFLAGS.ID ^= 1; }});
    }
}

TEST_P(Stepping, ACallWithAnUpperHalfInUse) {
    state in = random_state(random);
    if (in.components == 0)
        GTEST_SKIP() << "this CPU has no AVX";
    set_an_upper_half(in);
    expect_unwindable(in, {});
}

TEST_P(Stepping, AHandlerThatChangesStatusFlags) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &cpu) { cpu.EFLAGS.val ^= CF | OF; }});
}

TEST_P(Stepping, AHandlerThatChangesOtherFlags) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &cpu) { cpu.EFLAGS.val ^= ID; }});
}

TEST_P(Stepping, AHandlerThatSetsReservedBitsOfMxcsr) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &cpu) { cpu.MXCSR.val |= 0x80000000; }});
}

TEST_P(Stepping, AHandlerThatReturnsAValueOnTheX87Stack) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &cpu) {
                          cpu.FSW.TOP = 7;
                          cpu.FTWX.FP0 = 1;
                      }});
}

TEST_P(Stepping, AHandlerThatUsesTheX87) {
    expect_unwindable(random_state(random), {.act = [](cbf_cpu &) {
                          volatile long double third = 1;
                          third = third / 3;
                      }});
}

TEST_P(Stepping, AHandlerThatLeavesMmxRegistersInUse) {
    const auto leave = [](cbf_cpu &) { asm volatile("pcmpeqd %%mm0, %%mm0" ::: "mm0"); };
    expect_unwindable(random_state(random), {.act = leave, .initial_x87 = true});
#if defined(__x86_64__)
    const other_cpu where_emms_puts_x87_to_use(cbf_x86_emms, 0);
    expect_unwindable(random_state(random), {.act = leave, .initial_x87 = true});
    expect_unwindable(random_state(random), {.act = leave});
#endif
}

TEST_P(Stepping, AHandlerThatPopsArguments) {
    for (const unsigned popped : {8u, 16u, 24u, 32u, 40u, 64u, 4096u})
        expect_unwindable(random_state(random),
                          {.act = [popped](cbf_cpu &cpu) { cbf_cpu_pop(&cpu, popped); }, .popped = popped});
}

TEST_P(Stepping, AHandlerThatWritesEveryRegister) {
    for (const word other_flags : {word{0}, ID, DF}) {
        const state in = random_state(random), written = random_state(random);
        const auto write = [&](cbf_cpu &cpu) {
            const auto stack_pointer = cpu.GPR[exactness::SP];
            std::memcpy(cpu.GPR, written.gpr, sizeof(cpu.GPR));
            cpu.GPR[exactness::SP] = stack_pointer;
            cpu.EFLAGS.val ^= other_flags;
        };
        expect_unwindable(in, {.act = write, .written = &written});
    }
}

TEST_P(Stepping, AHandlerThatMovesToAnotherStack) {
    alignas(16) unsigned char above[4096];
    const auto below = std::make_unique<unsigned char[]>(sizeof(above));
    for (unsigned char *const stack : {above, below.get()}) {
        unsigned char *const top = stack + sizeof(above) - 64;
        const auto move = [top](cbf_cpu &cpu) {
            std::memcpy(top, cpu.GPR[exactness::SP].p, sizeof(void *));
            cpu.GPR[exactness::SP].p = top;
        };
        expect_unwindable(random_state(random),
                          {.act = move, .other_rsp = reinterpret_cast<std::uintptr_t>(top) + sizeof(void *)});
    }
}

// ---- What calls must keep ----------------------------------------------------------------------------

bool begins_with_endbr(const void *code) {
    constexpr unsigned char endbr[] = {0xf3, 0x0f, 0x1e, sizeof(void *) == 8 ? 0xfa : 0xfb};
    return std::memcmp(code, endbr, sizeof(endbr)) == 0;
}

/// Whether exactness_call ended with an exception, which left RSP and the registers that a callee
/// preserves as they were in the call.
testing::AssertionResult caught(const state &in, const state &out, int result) {
    if (result != 1)
        return testing::AssertionFailure() << "no exception arrived";
    if (out.gpr[exactness::SP] != out.called_rsp)
        return testing::AssertionFailure() << "RSP is off by " << out.gpr[exactness::SP] - out.called_rsp;
    for (const preserved_register &each : preserved)
        if (in.gpr[each.index] != out.gpr[each.index])
            return testing::AssertionFailure() << each.name << ": expected 0x" << std::hex << in.gpr[each.index]
                                               << ", got 0x" << out.gpr[each.index];
    return testing::AssertionSuccess();
}

// ---- Closures and callbacks -----------------------------------------------------------------------

/// A closure or callback whose handler ignores its arguments and calls a function.
struct typed_callee {
    explicit typed_callee(std::function<void()> called) : act(std::move(called)) {}

    const void *address() const { return kept_closure ? kept_closure.address() : kept_callback->address(); }

    struct any_callback {
        virtual ~any_callback() = default;
        virtual const void *address() const = 0;
    };

    std::function<void()> act;
    word popped = 0; // by the function itself
    cbframe::closure kept_closure;
    std::unique_ptr<any_callback> kept_callback;
};

using typed_maker = void (*)(typed_callee &);

template <class Signature, const cbframe::abi::convention *const *By = nullptr>
void make_closure(typed_callee &made) {
    // By its name it has all vector registers.
    const cbframe::abi::convention &by =
        By != nullptr ? **By : *cbframe::abi::find_convention(cbframe::native_convention().name);
    const cbframe::prepared_signature called(cbframe::signature::of<Signature>(), by);
    made.popped = static_cast<word>(called.layout().popped);
    made.kept_closure = cbframe::closure(called, [&made](cbframe::arguments &) { made.act(); });
}

#if defined(__x86_64__)
const cbframe::abi::convention *const ms_x64 = &cbframe::abi::ms_x64;
const cbframe::abi::convention *const vectorcall = &cbframe::abi::vectorcall_x64;
#else
const cbframe::abi::convention *const stdcall = &cbframe::abi::stdcall_x86_sysv;
const cbframe::abi::convention *const fastcall = &cbframe::abi::fastcall_x86_sysv;
const cbframe::abi::convention *const vectorcall = &cbframe::abi::vectorcall_x86_msvc;
#endif

template <class Function, class R, class... Args>
void make_callback_of(typed_callee &made) {
    struct holder final : typed_callee::any_callback {
        explicit holder(typed_callee &of)
            : kept([&of](Args...) -> R {
                  of.act();
                  return R();
              }) {}
        const void *address() const override { return kept.address(); }
        cbframe::callback<Function> kept;
    };
    made.kept_callback = std::make_unique<holder>(made);
}

template <class R, class... Args>
void make_callback(typed_callee &made) {
    make_callback_of<R(Args...), R, Args...>(made);
}

using wide_vector = float __attribute__((vector_size(32)));
using narrow_vector = float __attribute__((vector_size(16)));
[[maybe_unused]] typedef int small_vector __attribute__((vector_size(8)));
struct two_kinds {
    long a;
    double b;
};
struct large {
    long a, b, c;
};

} // namespace

template <>
struct cbframe::describe<two_kinds> : cbframe::fields<&two_kinds::a, &two_kinds::b> {};
template <>
struct cbframe::describe<large> : cbframe::fields<&large::a, &large::b, &large::c> {};

namespace {

struct typed_way {
    const char *name;
    typed_maker make;
    friend std::ostream &operator<<(std::ostream &to, const typed_way &from) { return to << from.name; }
};

constexpr typed_way typed_ways[] = {
    {"FewGeneral", make_closure<int(int, int)>},
    {"General", make_closure<int(int, int, int, int, int, int)>},
    {"FewVectors", make_closure<double(double, int)>},
    {"Vectors", make_closure<double(double, double, double, double, double)>},
    {"NarrowInteger", make_closure<signed char(int)>},
    {"TwoKinds", make_closure<two_kinds(two_kinds)>},
    {"HiddenPointer", make_closure<large(large)>},
    {"X87", make_closure<long double(long double)>},
    {"WholeVectors", make_closure<narrow_vector(narrow_vector)>},
    {"WideVectors", make_closure<wide_vector(wide_vector)>},
    {"Variadic", make_closure<int(const char *, ...)>},
#if defined(__x86_64__)
    {"Microsoft", make_closure<double(int, double), &ms_x64>},
#else
    {"Stdcall1", make_closure<void(int), &stdcall>},
    {"Stdcall2", make_closure<void(int, int), &stdcall>},
    {"Stdcall3", make_closure<double(int, double), &stdcall>},
    {"Stdcall4", make_closure<void(double, double), &stdcall>},
    {"Stdcall5", make_closure<void(int, double, double), &stdcall>},
    {"Stdcall6", make_closure<void(double, double, double), &stdcall>},
    {"Stdcall7", make_closure<void(int, double, double, double), &stdcall>},
    {"Stdcall8", make_closure<void(double, double, double, double), &stdcall>},
    {"Stdcall9", make_closure<void(int, double, double, double, double), &stdcall>},
    {"Fastcall", make_closure<int(int, int, int, int), &fastcall>},
    {"SmallVectors", make_closure<void(small_vector, int)>},
#endif
    {"MicrosoftWide", make_closure<wide_vector(int, wide_vector), &vectorcall>},
#if defined(__i386__) && !defined(__clang__)
    {"CallbackEcx", make_callback_of<void __attribute__((fastcall)) (), void>},
    {"CallbackEdx", make_callback_of<void __attribute__((fastcall)) (int), void, int>},
#endif
    {"CallbackRdi", make_callback<void>},
    {"CallbackRsi", make_callback<int, int>},
    {"CallbackRdx", make_callback<int, int, int>},
    {"CallbackRcx", make_callback<int, int, int, int>},
    {"CallbackR8", make_callback<int, int, int, int, int>},
    {"CallbackR9", make_callback<int, int, int, int, int, int>},
    {"CallbackNoRegister", make_callback<int, int, int, int, int, int, int>},
};

class TypedUnwinding : public testing::TestWithParam<typed_way> {
  protected:
    bits random{seed()};

    std::unique_ptr<typed_callee> make(std::function<void()> act) {
        auto made = std::make_unique<typed_callee>(std::move(act));
        GetParam().make(*made);
        return made;
    }
};

INSTANTIATE_TEST_SUITE_P(Typed, TypedUnwinding, testing::ValuesIn(typed_ways),
                         [](const testing::TestParamInfo<typed_way> &test) { return std::string(test.param.name); });

TEST_P(TypedUnwinding, EveryInstruction) {
    if (!can_step())
        GTEST_SKIP() << "ThreadSanitizer does not stand single steps";
    const auto target = make([] {});
    const state in = random_state(random);
    single_step steps(target->address(), false);
    steps.run(in, in, target->popped, 0);
    EXPECT_EQ(steps.failures(), "");
    EXPECT_GT(steps.instructions(), 5u) << "steps were missed";
}

TEST_P(TypedUnwinding, ACallKeepsWhatTheCallerNeeds) {
    const auto target = make([] {});
    for (int round = 0; round < 100; ++round) {
        state in = random_state(random), out{};
        in.alignment = 0;
        ASSERT_EQ(exactness_call(&in, &out, target->address()), 0);
        for (const preserved_register &each : preserved)
            ASSERT_EQ(in.gpr[each.index], out.gpr[each.index]) << each.name;
        ASSERT_EQ(out.gpr[exactness::SP], out.called_rsp + target->popped);
    }
}

TEST_P(TypedUnwinding, AnExceptionLeavesTheCallersRegistersAsTheyWere) {
    const auto target = make([] { throw 1; });
    for (int round = 0; round < 100; ++round) {
        state in = random_state(random), out{};
        in.alignment = 0;
        const int result = exactness_call(&in, &out, target->address());
        ASSERT_TRUE(caught(in, out, result)) << "round " << round;
    }
}

TEST_P(TypedUnwinding, ASlotBeginsWithEndbr64) {
    EXPECT_TRUE(begins_with_endbr(make([] {})->address()));
}

// ---- Control-flow enforcement ---------------------------------------------------------------------

TEST_P(Unwinding, ASlotBeginsWithEndbr64) {
    EXPECT_TRUE(begins_with_endbr(make([](cbf_cpu &) {})->address()));
}

TEST(Entry, BeginsWithEndbr64) {
    EXPECT_TRUE(begins_with_endbr(reinterpret_cast<const void *>(&cbf_entry_legacy)));
    EXPECT_TRUE(begins_with_endbr(reinterpret_cast<const void *>(&cbf_entry_all)));
}

// ---- Exceptions -----------------------------------------------------------------------------------

TEST_P(Unwinding, AnExceptionLeavesTheCallersRegistersAsTheyWere) {
    const auto target = make([&](cbf_cpu &cpu) {
        scribble(cpu, random);
        throw 1;
    });
    for (int round = 0; round < 100; ++round) {
        state in = random_state(random), out{};
        in.alignment = static_cast<word>(random() % 16);
        in.rflags |= static_cast<word>(random() & DF);
        if (random() % 2 == 0)
            put_values_on_the_x87_stack(in);
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
std::vector<std::unique_ptr<callee>> chain(std::size_t length, bits &random, way how) {
    std::vector<std::unique_ptr<callee>> frames;
    for (std::size_t n = 0; n < length; ++n) {
        const auto next = n != 0 ? frames.back()->function() : nullptr;
        frames.push_back(std::make_unique<callee>(how, [next, &random](cbf_cpu &cpu) {
            scribble(cpu, random);
            if (next == nullptr)
                throw std::string("from the innermost handler");
            next();
        }));
        how.captured = how.captured == level::all ? level::legacy : level::all;
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
    EXPECT_EQ(out.gpr[exactness::AX], 42u);
    EXPECT_EQ(out.gpr[exactness::BX], in.gpr[exactness::BX]);
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

const void *return_address(const cbf_cpu &cpu) {
    const void *address;
    std::memcpy(&address, cpu.GPR[exactness::SP].p, sizeof(address));
    return address;
}

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

/// Takes the slots that are built into the image. In a child process, to leave them to the other tests.
class FurtherMappingDeathTest : public Stepping {
  protected:
    void use_up_the_image() {
        for (int n = 0; n < POOL_PAGES * POOL_SLOTS; ++n)
            others_.emplace_back([](cpu &) {}, GetParam().captured);
    }

  private:
    std::vector<cbframe::frame> others_;
};

INSTANTIATE_TEST_SUITE_P(Frames, FurtherMappingDeathTest, testing::ValuesIn(ways_in_record), name_of);

TEST_P(FurtherMappingDeathTest, AnExceptionLeavesTheCallersRegistersAsTheyWere) {
    const auto run = [this] {
        use_up_the_image();
        const auto target = make([](cbf_cpu &) { throw 1; });
        const state in = random_state(random);
        state out{};
        const int result = exactness_call(&in, &out, target->address());
        EXPECT_TRUE(caught(in, out, result));
        std::_Exit(HasFailure() ? 1 : 0);
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
}

// No call frame information belongs to these slots: a signal that comes in the five instructions of a
// slot and its page's tail cannot be unwound.
TEST_P(FurtherMappingDeathTest, DISABLED_EveryInstructionOfAPlainCall) {
    const auto run = [this] {
        use_up_the_image();
        expect_unwindable(random_state(random), {.initial_x87 = true});
        std::_Exit(HasFailure() ? 1 : 0);
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
}

} // namespace
