// What stepping_linux.hpp declares.
#include "stepping_linux.hpp"

#include "arch/arch.hpp"
#include "arch/slots.hpp"
#include "arch/x86/typed.hpp"

#include <algorithm>
#include <csignal>
#include <initializer_list>
#include <ios>
#include <sstream>
#include <utility>

#include <ucontext.h>

namespace unwinding {
namespace {

#if defined(__x86_64__)
constexpr int instruction_register = REG_RIP, accumulator_register = REG_RAX;
#else
constexpr int instruction_register = REG_EIP, accumulator_register = REG_EAX;
#endif

std::uintptr_t address_of(const void *at) { return reinterpret_cast<std::uintptr_t>(at); }

const char *name_of_entry(std::uintptr_t function) {
    static constexpr std::pair<void (*)(), const char *> entries[] = {
        {cbf_entry_legacy, "cbf_entry_legacy"},
        {cbf_entry_all, "cbf_entry_all"},
        {cbf_entry_sse, "cbf_entry_sse"},
        {cbf_tap_legacy, "cbf_tap_legacy"},
        {cbf_tap_all, "cbf_tap_all"},
        {cbf_tap_sse, "cbf_tap_sse"},
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

bool is(const unsigned char *code, std::initializer_list<unsigned char> bytes) {
    return std::equal(bytes.begin(), bytes.end(), code);
}

} // namespace

single_step::single_step(const void *slot, bool initial_x87) : slot_(address_of(slot)), initial_x87_(initial_x87) {
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

single_step::~single_step() {
    sigaction(SIGSEGV, &old_fault_, nullptr);
    sigaction(SIGTRAP, &old_trap_, nullptr);
    sigaltstack(&old_stack_, nullptr);
    current_ = nullptr;
}

void single_step::run(const state &in, const state &written, word popped, word other_rsp) {
    in_ = &in;
    written_ = &written;
    popped_ = popped;
    other_rsp_ = other_rsp;
    state stepped = in;
    stepped.rflags |= TF;
    exactness_call(&stepped, &out_, reinterpret_cast<const void *>(slot_));
}

std::string single_step::failures() const {
    std::ostringstream text;
    for (std::size_t n = 0; n < failed_; ++n)
        text << failures_[n].function << "+0x" << std::hex << failures_[n].offset << ": " << failures_[n].what << " (0x"
             << failures_[n].value << ")\n";
    return text.str();
}

// Signal handlers: nothing here may allocate memory.
void single_step::on_trap(int, siginfo_t *, void *context) {
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

void single_step::on_fault(int signal) {
    if (current_->walking_)
        siglongjmp(current_->before_walk_, 1);
    std::signal(signal, SIG_DFL); // not of the unwinder's making
}

bool single_step::knows(std::uintptr_t instruction) {
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

void single_step::note_kind(const unsigned char *code) {
    executed_[popfq] |= is(code, {0x9d});
    const unsigned char *const opcode = code + (code[0] == 0x48); // behind REX.W
    const unsigned which = is(opcode, {0x0f, 0xae}) ? opcode[2] >> 3 & 7u : 8u;
    executed_[whole_x87] |= which == 0 || which == 1 || which == 5; // FXSAVE, FXRSTOR, XRSTOR
    executed_[xrstor] |= which == 5;
    executed_[xgetbv] |= is(code, {0x0f, 0x01, 0xd0});
    executed_[avx] |= is(code, {0xc4}) || is(code, {0xc5}) || is(code, {0x62}); // VEX and EVEX prefixes
}

void single_step::check() {
    ++instructions_;
    found_ = false;
    walking_ = true;
    if (sigsetjmp(before_walk_, 1) != 0)
        fail("makes the unwinder crash", 0);
    else if (_Unwind_Backtrace(on_frame, this); !found_)
        fail("does not lead to the caller", 0);
    walking_ = false;
}

_Unwind_Reason_Code single_step::on_frame(_Unwind_Context *context, void *self) {
    if (_Unwind_GetIP(context) != address_of(exactness_return))
        return _URC_NO_REASON;
    static_cast<single_step *>(self)->check_caller(context);
    return _URC_END_OF_STACK;
}

void single_step::check_caller(_Unwind_Context *context) {
    found_ = true;
    const word rsp = _Unwind_GetCFA(context);
    if (rsp != out_.called_sp && rsp != out_.called_sp + popped_ && (other_rsp_ == 0 || rsp != other_rsp_))
        fail("leads to a wrong RSP of the caller", rsp);
    for (const preserved_register &each : preserved) {
        const word value = _Unwind_GetGR(context, each.number);
        if (value != in_->gpr[each.index] && value != written_->gpr[each.index])
            fail(each.name, value);
    }
}

void single_step::fail(const char *what, std::uint64_t value) {
    if (failed_ < failures_.size())
        failures_[failed_++] = {where_, offset_, what, value};
}

} // namespace unwinding
