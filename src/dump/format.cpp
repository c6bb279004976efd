#include "dump/format.hpp"

#include "arch/arch.hpp"
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
    const bool is_return_address = offset < sizeof(void *);
    return {place_on_stack(offset) + (is_return_address ? " return" : "")};
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

} // namespace
} // namespace dump

std::string format(const cbf_cpu &cpu, const cbf_format_options &options) {
    const system::default_arithmetic arithmetic;
    std::string text;
    dump::text_rows rows(text);
    arch::show_registers(rows, cpu, options);
    dump::show_stack(rows, cpu, options);
    arch::show_flags(rows, cpu, std::clamp(options.flags, 0, 2));
    return text;
}

} // namespace cbf
