// A call that is followed instruction by instruction, with the unwinder at each.
#pragma once

#include "exactness.S"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <setjmp.h>
#include <signal.h>
#include <unwind.h>

namespace unwinding {

using exactness::state;
using exactness::word;

constexpr word CF = 1 << 0, TF = 1 << 8, DF = 1 << 10, OF = 1 << 11, ID = 1 << 21;

// The registers that a callee preserves, by their DWARF numbers (System V psABI: x86-64, figure 3.36; i386, 2.14).
struct preserved_register {
    const char *name;
    int number;
    exactness::gpr_index index;
};

#if defined(__x86_64__)
inline constexpr preserved_register preserved[] = {{"RBX", 3, exactness::RBX},  {"RBP", 6, exactness::RBP},
                                                   {"R12", 12, exactness::R12}, {"R13", 13, exactness::R13},
                                                   {"R14", 14, exactness::R14}, {"R15", 15, exactness::R15}};
#else
inline constexpr preserved_register preserved[] = {
    {"EBX", 3, exactness::EBX}, {"EBP", 5, exactness::EBP}, {"ESI", 6, exactness::ESI}, {"EDI", 7, exactness::EDI}};
#endif

/// Runs one call with the trap flag set and, at every instruction of slot and entry, asks the unwinder
/// for the caller: its return address, its RSP and the registers that a callee preserves.
class single_step {
  public:
    /// Instructions that only some calls, or some CPUs, can afford.
    enum instruction_kind { popfq, whole_x87, xrstor, xgetbv, avx, kinds };

    /// initial_x87: the entry is to find the x87 in its initial configuration. (The return from a
    /// signal handler leaves it in use as far as XGETBV can tell.)
    single_step(const void *slot, bool initial_x87);
    single_step(const single_step &) = delete;
    single_step &operator=(const single_step &) = delete;
    ~single_step();

    /// Calls the slot. A register may have its value of in or of written; RSP may be moved to other_rsp.
    void run(const state &in, const state &written, word popped, word other_rsp);

    std::size_t instructions() const { return instructions_; }

    /// Whether the trap flag was still set when the call had returned.
    bool goes_on() const { return (out_.rflags & TF) != 0; }

    /// Where the unwinder erred.
    std::string failures() const;

    /// Whether an instruction of such a kind was executed.
    bool has_executed(instruction_kind kind) const { return executed_[kind]; }

  private:
    // Signal handlers: nothing here may allocate memory.
    static void on_trap(int, siginfo_t *, void *context);
    static void on_fault(int signal);

    /// Whether this is an instruction of the slot, of its page's tail or of an entry.
    bool knows(std::uintptr_t instruction);
    void note_kind(const unsigned char *code);
    void check();
    static _Unwind_Reason_Code on_frame(_Unwind_Context *context, void *self);
    void check_caller(_Unwind_Context *context);
    void fail(const char *what, std::uint64_t value);

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

} // namespace unwinding
