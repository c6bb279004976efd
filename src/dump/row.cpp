#include "dump/row.hpp"

#include "dump/number.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>

namespace cbframe::dump {
namespace {

constexpr char mark[] = "\x1b[1;36m"; // bold cyan: legible on dark and on light
constexpr char unmark[] = "\x1b[0m";

void append_name(std::string &text, const row_name &name) {
    if (name.marked)
        text += mark;
    text += name.text;
    if (name.marked)
        text += unmark;
    const auto width = static_cast<std::size_t>(name_width);
    text.append(width - std::min(width, name.text.size()), ' ');
}

} // namespace

void append(std::string &text, const char *format, ...) {
    char piece[128];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (length > 0)
        text.append(piece, std::min(static_cast<std::size_t>(length), sizeof piece - 1));
}

void begin_section(std::string &text) {
    if (!text.empty())
        text += '\n';
}

void append_rule(std::string &text) {
    constexpr std::size_t width_of_the_widest_row = 96;
    text.append(width_of_the_widest_row, '-');
    text += '\n';
}

void append_qword_header(std::string &text, const char *title) {
    begin_section(text);
    append(text, "%-*s %-18s %14s %11s %11s %12s %12s\n", name_width, title, "hex", "double", "int32.1", "int32.0",
           "float.1", "float.0");
    append_rule(text);
}

void append_row(std::string &text, const row_name &name, const cbf_qword &value) {
    append_name(text, name);
    append(text, " 0x%016" PRIx64 " %14s %11" PRId32 " %11" PRId32 " %12s %12s\n", value.u, decimal(value.f).c_str(),
           value.hi.i, value.lo.i, decimal(value.hi.f).c_str(), decimal(value.lo.f).c_str());
}

void append_dword_header(std::string &text, const char *title) {
    begin_section(text);
    append(text, "%-*s %-10s %11s %14s %8s %8s %5s %5s %5s %5s\n", name_width, title, "hex", "int32", "float",
           "int16.1", "int16.0", "b3", "b2", "b1", "b0");
    append_rule(text);
}

void append_row(std::string &text, const row_name &name, const cbf_dword &value) {
    append_name(text, name);
    append(text, " 0x%08" PRIx32 " %11" PRId32 " %14s %8d %8d %5d %5d %5d %5d\n", value.u, value.i,
           decimal(value.f).c_str(), value.hi.i, value.lo.i, value.hi.hi.i, value.hi.lo.i, value.lo.hi.i,
           value.lo.lo.i);
}

void append_x87_header(std::string &text, const char *title) {
    begin_section(text);
    append(text, "%-*s %-22s %14s\n", name_width, title, "hex", "value");
    append_rule(text);
}

void append_row(std::string &text, const row_name &name, const cbf_tword &value) {
    append_name(text, name);
    const unsigned sign_and_exponent = static_cast<unsigned>(value.sign << 15 | value.exponent);
    append(text, " 0x%04x%016" PRIx64 " %14s\n", sign_and_exponent, static_cast<std::uint64_t>(value.mantissa),
           decimal(value).c_str());
}

} // namespace cbframe::dump
