// A CPU state as text.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/cpu.hpp>
#include <cbframe/detail/text.hpp>

#include <cstddef>
#include <string>

namespace cbframe {

/// How much format() prints of EFLAGS, MXCSR, FSW and FCW.
enum class flags { none, brief, full };

/// What format() writes.
struct format_options {
    flags show_flags = flags::none; ///< brief: a line for each register; full: a line for each flag, with its meaning
    bool xmm_qwords = true;         ///< XMM rows of 64 bits; false: of 32
    bool stack_qwords = true;       ///< stack rows of 64 bits; false: of 32
    unsigned stack_rows = 32;       ///< at most this many rows of stack, from RSP up
    bool color = false;             ///< show the names of argument registers in colour, with ANSI escapes
};

/// The state as text in lines of at most 100 columns: general registers, live x87 registers, XMM,
/// the wide registers where cpu has them, and the stack from RSP. Memory that is not mapped is never
/// read. Thread-safe. Throws error (errc::no_memory), std::bad_alloc.
inline std::string format(const cbf_cpu &cpu, const format_options &options = {}) {
    cbf_format_options converted{};
    converted.flags = static_cast<int>(options.show_flags);
    converted.dword_xmm = options.xmm_qwords ? 0 : 1;
    converted.dword_stack = options.stack_qwords ? 0 : 1;
    constexpr unsigned most_rows = 0x7fffffff;
    if (options.stack_rows == 0)
        converted.stack_rows = -1;
    else
        converted.stack_rows = static_cast<int>(options.stack_rows < most_rows ? options.stack_rows : most_rows);
    converted.color = options.color ? 1 : 0;
    return detail::text_of([&](char *buffer, std::size_t size, std::size_t *length) {
        return cbf_cpu_format(&cpu, &converted, buffer, size, length);
    });
}

} // namespace cbframe

#endif
