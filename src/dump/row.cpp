#include "dump/row.hpp"

#include "dump/number.hpp"
#include "dump/target.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>

namespace cbf::dump {

using arch::name_width;
using arch::row_name;

namespace {

constexpr char mark[] = "\x1b[1;36m"; // bold cyan: legible on dark and on light
constexpr char unmark[] = "\x1b[0m";
constexpr std::size_t width_of_the_widest_row = 96;

} // namespace

void text_rows::begin_row(const row_name &name) {
    const bool is_marked = name.is_argument && color_;
    if (is_marked)
        text_ += mark;
    text_ += name.text;
    if (is_marked)
        text_ += unmark;
    const auto width = static_cast<std::size_t>(name_width);
    text_.append(width - std::min(width, name.text.size()), ' ');
    start_ = text_.size();
}

void text_rows::end_row(const row_name &name) {
    if (name.is_argument) {
        const std::size_t width = width_of_the_widest_row - name_width;
        text_.append(width - std::min(width, text_.size() - start_), ' ');
        text_ += " arg";
    }
    text_ += '\n';
}

void text_rows::append(const char *format, ...) {
    char piece[128];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (length > 0)
        text_.append(piece, std::min(static_cast<std::size_t>(length), sizeof piece - 1));
}

void text_rows::begin_section() {
    if (!text_.empty())
        text_ += '\n';
}

void text_rows::rule() {
    text_.append(width_of_the_widest_row, '-');
    text_ += '\n';
}

void text_rows::begin_qwords(const char *title) {
    begin_section();
    append("%-*s %-18s %14s %11s %11s %12s %12s\n", name_width, title, "hex", "double", "int32.1", "int32.0", "float.1",
           "float.0");
    rule();
}

void text_rows::row(const row_name &name, const cbf_qword &value) {
    begin_row(name);
    append(" 0x%016" PRIx64, value.u);
    const std::string pointed_at = name.may_be_address && sizeof(void *) == sizeof value ? target(value.u) : "";
    if (!pointed_at.empty())
        append("  %s", pointed_at.c_str());
    else
        append(" %14s %11" PRId32 " %11" PRId32 " %12s %12s", decimal(value.f).c_str(), value.hi.i, value.lo.i,
               decimal(value.hi.f).c_str(), decimal(value.lo.f).c_str());
    end_row(name);
}

void text_rows::begin_dwords(const char *title) {
    begin_section();
    append("%-*s %-10s %11s %14s %8s %8s %5s %5s %5s %5s\n", name_width, title, "hex", "int32", "float", "int16.1",
           "int16.0", "b3", "b2", "b1", "b0");
    rule();
}

void text_rows::row(const row_name &name, const cbf_dword &value) {
    begin_row(name);
    append(" 0x%08" PRIx32, value.u);
    const std::string pointed_at = name.may_be_address && sizeof(void *) == sizeof value ? target(value.u) : "";
    if (!pointed_at.empty())
        append("  %s", pointed_at.c_str());
    else
        append(" %11" PRId32 " %14s %8d %8d %5d %5d %5d %5d", value.i, decimal(value.f).c_str(), value.hi.i, value.lo.i,
               value.hi.hi.i, value.hi.lo.i, value.lo.hi.i, value.lo.lo.i);
    end_row(name);
}

void text_rows::begin_extended(const char *title) {
    begin_section();
    append("%-*s %-22s %14s\n", name_width, title, "hex", "value");
    rule();
}

void text_rows::row(const row_name &name, const std::string &hex, long double value) {
    begin_row(name);
    append(" %s %14s", hex.c_str(), decimal(value).c_str());
    end_row(name);
}

} // namespace cbf::dump
