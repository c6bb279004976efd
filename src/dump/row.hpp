// The rows of a dump: a name in the first column, then one value in several readings.
#pragma once

#include <cbframe/cpu.hpp>

#include <string>

namespace cbframe::dump {

/// Width of the name column. A longer name (a stack offset of nine digits) shifts its row to the
/// right; up to 15 characters the row keeps within 100 columns.
inline constexpr int name_width = 12;

/// The first column of a row. marked: in colour, because the register carries an argument.
struct row_name {
    std::string text;
    bool marked = false;
};

/// Appends what printf would write, at most 127 characters of it.
[[gnu::format(printf, 2, 3)]] void append(std::string &text, const char *format, ...);

/// Appends a blank line, unless the text is empty.
void begin_section(std::string &text);

/// Appends a line of dashes.
void append_rule(std::string &text);

/// Begin a section and append the titles of its columns and a rule.
void append_qword_header(std::string &text, const char *title);
void append_dword_header(std::string &text, const char *title);
void append_x87_header(std::string &text, const char *title);

/// Append one row under the header of its kind.
void append_row(std::string &text, const row_name &name, const cbf_qword &value);
void append_row(std::string &text, const row_name &name, const cbf_dword &value);
void append_row(std::string &text, const row_name &name, const cbf_tword &value);

} // namespace cbframe::dump
