// Reads the text of a dump: lines, rows by their names, sections by their titles.
#pragma once

#include "native.h"

#include <cbframe/dump.hpp>

#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace dump_rows {

inline std::vector<std::string> split(std::string_view text, std::string_view separator) {
    std::vector<std::string> parts;
    for (std::size_t at; (at = text.find(separator)) != text.npos; text.remove_prefix(at + separator.size()))
        parts.emplace_back(text.substr(0, at));
    if (!text.empty())
        parts.emplace_back(text);
    return parts;
}

inline std::vector<std::string> lines(std::string_view text) { return split(text, "\n"); }

// The lines that begin with these words and a blank.
inline std::vector<std::string> rows(const std::string &text, const std::string &name) {
    std::vector<std::string> found = lines(text);
    std::erase_if(found, [&](const std::string &line) { return !line.starts_with(name + ' '); });
    return found;
}

// The one line that begins with these words and a blank.
inline std::string row(const std::string &text, const std::string &name) {
    const std::vector<std::string> found = rows(text, name);
    return found.size() == 1 ? found[0] : std::to_string(found.size()) + " rows called " + name;
}

// The lines under the rule of the section whose title begins with these words.
inline std::vector<std::string> section(const std::string &text, const std::string &title) {
    for (const std::string &part : split(text, "\n\n")) {
        std::vector<std::string> found = lines(part);
        if (found.size() >= 2 && found[0].starts_with(title + ' ') && found[1].starts_with("---"))
            return {found.begin() + 2, found.end()};
    }
    return {"no section called " + title};
}

inline std::string without_escapes(std::string text) {
    for (std::size_t from; (from = text.find('\x1b')) != text.npos;)
        text.erase(from, text.find('m', from) + 1 - from);
    return text;
}

// A row without the mark of what carries an argument.
inline std::string without_mark(std::string row) {
    if (row.ends_with(" arg"))
        row.resize(row.find_last_not_of(' ', row.size() - 4) + 1);
    return row;
}

inline const std::string sp = cbf_stack_pointer_name();
inline constexpr int address_digits = 2 * sizeof(void *);

// A name as wide as the column of names.
inline std::string named(std::string name) {
    name.resize(13, ' ');
    return name;
}

inline std::vector<std::string> stack(std::uintptr_t address, const cbframe::format_options &options = {}) {
    cbframe::cpu cpu{};
    NATIVE_SP(&cpu).u = address;
    return section(cbframe::format(cpu, options), "stack");
}

// How the row begins that shows what is so far above the stack pointer.
inline std::string stacked(std::size_t offset, std::string_view what = "") {
    return named(sp + '+' + std::to_string(offset) + std::string{what});
}

inline const std::string top_of_stack = stacked(0, NATIVE_RETURNS_BY_STACK ? " return" : "");

inline std::string unreadable(std::size_t offset, std::uintptr_t address) {
    char line[96];
    std::snprintf(line, sizeof line, "0x%0*" PRIxPTR " cannot be read", address_digits, address);
    return stacked(offset) + line;
}

} // namespace dump_rows
