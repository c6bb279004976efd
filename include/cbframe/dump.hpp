// A CPU state as text.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/cpu.hpp>

#include <string>

namespace cbframe {

/// How much format() says of EFLAGS, MXCSR, FSW and FCW.
enum class flags { none, brief, full };

/// What format() writes.
struct format_options {
    flags show_flags = flags::none; ///< brief: one line a register; full: one line a flag, with its meaning
    bool xmm_qwords = true;         ///< XMM rows of 64 bits; false: of 32
    bool stack_qwords = true;       ///< stack rows of 64 bits; false: of 32
    unsigned stack_rows = 32;       ///< at most so many rows of stack, from RSP up
    bool color = false;             ///< mark argument registers with ANSI escapes
};

/// The state as text in lines of at most 100 columns: general registers, live x87 registers, XMM,
/// the wide registers where cpu has them, and the stack from RSP. Memory that is not mapped is never
/// read. Thread-safe. Throws std::bad_alloc.
CBF_API std::string format(const cbf_cpu &cpu, const format_options &options = {});

} // namespace cbframe

#endif
