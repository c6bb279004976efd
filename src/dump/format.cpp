#include "dump/format.hpp"

#include "arch/arch.hpp"
#include "arch/rows.hpp"
#include "dump/row.hpp"
#include "system/system.hpp"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>

namespace cbf {
namespace dump {
namespace {

using arch::name_width;
using arch::row_name;
using arch::rows;

std::string place_on_stack(std::size_t offset) {
    return std::string{arch::stack_pointer_name}.append("+").append(std::to_string(offset));
}

row_name stack_name(std::size_t offset) {
    const bool is_return_address = arch::returns_by_stack && offset < sizeof(void *);
    return {place_on_stack(offset) + (is_return_address ? " return" : ""), false, true};
}

constexpr int address_digits = 2 * sizeof(void *);

template <class Word>
void show_stack_rows(rows &to, std::uintptr_t stack, unsigned count) {
    std::array<Word, 512> read; // in portions, for rows may be any number
    for (std::size_t row = 0; row < count;) {
        const std::size_t wanted = std::min<std::size_t>(count - row, read.size());
        const std::size_t offset = row * sizeof(Word);
        const std::size_t bytes =
            system::copy_readable(stack + offset, std::as_writable_bytes(std::span(read).first(wanted)));
        const std::size_t whole = bytes / sizeof(Word);
        for (std::size_t i = 0; i < whole; i++)
            to.row(stack_name(offset + i * sizeof(Word)), read[i]);
        if (whole < wanted) {
            to.append("%-*s 0x%0*" PRIxPTR " cannot be read\n", name_width, place_on_stack(offset + bytes).c_str(),
                      address_digits, stack + offset + bytes);
            return;
        }
        row += whole;
    }
}

void show_stack(rows &to, const cbf_cpu &cpu, const cbf_format_options &options) {
    constexpr unsigned rows_by_default = 32;
    if (options.stack_rows < 0)
        return;
    const unsigned count = options.stack_rows == 0 ? rows_by_default : static_cast<unsigned>(options.stack_rows);
    if (options.dword_stack == 0) {
        to.begin_qwords("stack");
        show_stack_rows<cbf_qword>(to, arch::stack_pointer(cpu), count);
    } else {
        to.begin_dwords("stack");
        show_stack_rows<cbf_dword>(to, arch::stack_pointer(cpu), count);
    }
}

unsigned value_of(const arch::flag &part, std::uint64_t whole) {
    return static_cast<unsigned>(whole >> part.first_bit) & ((1U << part.bits) - 1);
}

// One line a register.
void show_brief_flags(rows &to, const cbf_cpu &cpu) {
    to.begin_section();
    for (const arch::flag_register &each : arch::flag_registers()) {
        to.append("%-6s", each.name);
        for (const arch::flag &part : each.flags)
            to.append(" %s=%u", part.name, value_of(part, each.value(cpu)));
        to.append("\n");
    }
}

// One line a flag.
void show_full_flags(rows &to, const cbf_cpu &cpu) {
    for (const arch::flag_register &each : arch::flag_registers()) {
        const std::uint64_t value = each.value(cpu);
        to.begin_section();
        to.append("%-*s 0x%0*" PRIx64 " %s\n", name_width, each.name, each.hex_digits, value, each.title);
        to.rule();
        for (const arch::flag &part : each.flags)
            to.append("%-*s %u  %s\n", name_width, part.name, value_of(part, value), part.meaning);
    }
}

void show_flags(rows &to, const cbf_cpu &cpu, int amount) {
    if (amount == 1)
        show_brief_flags(to, cpu);
    else if (amount >= 2)
        show_full_flags(to, cpu);
}

} // namespace
} // namespace dump

std::string format(const cbf_cpu &cpu, const cbf_format_options &options) {
    const system::default_arithmetic arithmetic;
    std::string text;
    dump::text_rows rows(text, options.color != 0);
    arch::show_registers(rows, cpu, options);
    dump::show_stack(rows, cpu, options);
    dump::show_flags(rows, cpu, options.flags);
    return text;
}

} // namespace cbf
