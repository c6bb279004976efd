#include <cbframe/dump.hpp>

#include "dump/flags.hpp"
#include "dump/number.hpp"
#include "dump/registers.hpp"
#include "dump/row.hpp"
#include "system/system.hpp"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>

namespace cbframe {
namespace dump {
namespace {

// The bits of cbf_wide::components.
constexpr std::uint64_t avx = 1U << 2;
constexpr std::uint64_t opmask = 1U << 5;
constexpr std::uint64_t zmm_hi256 = 1U << 6;
constexpr std::uint64_t hi16_zmm = 1U << 7;
constexpr std::uint64_t all_wide = avx | opmask | zmm_hi256 | hi16_zmm;

std::string numbered(const char *name, std::uint64_t number) {
    return std::string{name}.append(std::to_string(number));
}

bool is_live(const cbf_cpu &cpu, unsigned st) { return (cpu.FTWX.val >> ((cpu.FSW.TOP + st) & 7U) & 1U) != 0; }

void append_x87(std::string &text, const cbf_cpu &cpu) {
    if (cpu.FTWX.val == 0) {
        begin_section(text);
        append(text, "%-*s empty\n", name_width, "x87");
        return;
    }
    append_x87_header(text, "x87");
    for (unsigned st = 0; st < std::size(cpu.FPR); st++)
        if (is_live(cpu, st))
            append_row(text, {numbered("st(", st) + ')'}, cpu.FPR[st]);
}

void append_vector_header(std::string &text, const char *title, bool qwords) {
    if (qwords)
        append_qword_header(text, title);
    else
        append_dword_header(text, title);
}

template <class Vector>
void append_vector(std::string &text, const row_name &name, const Vector &value, bool qwords) {
    const auto append_parts = [&](const auto &parts, const char *kind) {
        for (std::size_t part = 0; part < std::size(parts); part++)
            append_row(text, {name.text + numbered(kind, part), name.marked}, parts[part]);
    };
    if (qwords)
        append_parts(value.qwords, ".q");
    else
        append_parts(value.dwords, ".d");
}

void append_xmm(std::string &text, const cbf_cpu &cpu, const format_options &options) {
    append_vector_header(text, "xmm", options.xmm_qwords);
    for (std::size_t i = 0; i < std::size(cpu.XMM); i++)
        append_vector(text, {numbered("xmm", i), options.color && i < xmm_arguments}, cpu.XMM[i], options.xmm_qwords);
}

// Registers, called prefix, a number from first on, suffix.
struct bank {
    const char *prefix;
    unsigned first;
    const char *suffix;
};

// The registers of a bank that are not all zero, and how many are: most of 48 always are.
template <class Vector, std::size_t Count>
void append_nonzero(std::string &text, const bank &shown, const Vector (&values)[Count], bool qwords) {
    unsigned zeros = 0;
    for (unsigned i = 0; i < Count; i++) {
        if (std::ranges::all_of(values[i].b, [](std::uint8_t byte) { return byte == 0; }))
            zeros++;
        else
            append_vector(text, {numbered(shown.prefix, shown.first + i) + shown.suffix}, values[i], qwords);
    }
    const std::string all = numbered(shown.prefix, shown.first) + numbered("-", shown.first + Count - 1) + shown.suffix;
    if (zeros != 0)
        append(text, "%-*s %u of %u are all zero, not shown\n", name_width, all.c_str(), zeros,
               static_cast<unsigned>(Count));
}

void append_opmasks(std::string &text, const cbf_wide &wide) {
    constexpr std::size_t in_a_line = 4;
    for (std::size_t i = 0; i < std::size(wide.K); i++)
        append(text, "%s 0x%016" PRIx64 "%s", numbered("k", i).c_str(), wide.K[i].u,
               (i + 1) % in_a_line == 0 ? "\n" : "  ");
}

template <class Wide>
void append_wide(std::string &text, const Wide &wide, const format_options &options) {
    append_vector_header(text, "wide", options.xmm_qwords);
    if (wide.components & avx)
        append_nonzero(text, {"ymm", 0, ".hi"}, wide.YMM_Hi128, options.xmm_qwords);
    if (wide.components & zmm_hi256)
        append_nonzero(text, {"zmm", 0, ".hi"}, wide.ZMM_Hi256, options.xmm_qwords);
    if constexpr (requires { wide.Hi16_ZMM; }) // 64-bit mode has it
        if (wide.components & hi16_zmm)
            append_nonzero(text, {"zmm", 16, ""}, wide.Hi16_ZMM, options.xmm_qwords);
    if (wide.components & opmask)
        append_opmasks(text, wide);
}

row_name stack_name(std::size_t offset) {
    const bool is_return_address = offset < sizeof(void *);
    return {numbered(stack_pointer_name, offset) + (is_return_address ? " return" : "")};
}

constexpr int address_digits = 2 * sizeof(void *);

template <class Word>
void append_stack_rows(std::string &text, std::uintptr_t stack, unsigned rows) {
    std::array<Word, 512> read; // in portions, for rows may be any number
    for (std::size_t row = 0; row < rows;) {
        const std::size_t wanted = std::min<std::size_t>(rows - row, read.size());
        const std::size_t offset = row * sizeof(Word);
        const std::size_t bytes =
            system::copy_readable(stack + offset, std::as_writable_bytes(std::span(read).first(wanted)));
        const std::size_t whole = bytes / sizeof(Word);
        for (std::size_t i = 0; i < whole; i++)
            append_row(text, stack_name(offset + i * sizeof(Word)), read[i]);
        if (whole < wanted) {
            append(text, "%-*s 0x%0*" PRIxPTR " cannot be read\n", name_width,
                   numbered(stack_pointer_name, offset + bytes).c_str(), address_digits, stack + offset + bytes);
            return;
        }
        row += whole;
    }
}

void append_stack(std::string &text, const cbf_cpu &cpu, const format_options &options) {
    if (options.stack_rows == 0)
        return;
    append_vector_header(text, "stack", options.stack_qwords);
    if (options.stack_qwords)
        append_stack_rows<cbf_qword>(text, stack_pointer(cpu), options.stack_rows);
    else
        append_stack_rows<cbf_dword>(text, stack_pointer(cpu), options.stack_rows);
}

} // namespace
} // namespace dump

std::string format(const cbf_cpu &cpu, const format_options &options) {
    const system::default_arithmetic arithmetic;
    std::string text;
    dump::append_general_registers(text, cpu, options.color);
    dump::append_x87(text, cpu);
    dump::append_xmm(text, cpu, options);
    if (cpu.wide != nullptr && (cpu.wide->components & dump::all_wide) != 0)
        dump::append_wide(text, *cpu.wide, options);
    dump::append_stack(text, cpu, options);
    dump::append_flags(text, cpu, options.show_flags);
    return text;
}

} // namespace cbframe
