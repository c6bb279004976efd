#include "table.hpp"

#include <algorithm>

namespace {

using row = std::vector<std::string>;

// Of UTF-8: bytes that begin a character.
std::size_t width_of(const std::string &text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char each) { return (static_cast<unsigned char>(each) & 0xc0) != 0x80; }));
}

std::string bytes_text(std::size_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

std::string classes_of(const cbframe::abi::value_layout &value) {
    std::string text;
    for (const auto each : value.classes)
        text.append(text.empty() ? "" : " ").append(to_string(each));
    return text;
}

class table {
  public:
    explicit table(const layout_by &by) : by_(by) {
        rows_.push_back({"", "", "type", "size", "bytes", "where", "class"});
    }

    void add(const std::string &what, const std::string &name, const std::string &type,
             const cbframe::abi::value_layout &value) {
        const row begin{what, name, type, std::to_string(value.size)};
        if (value.pieces.empty())
            add_line(begin, {"", "nowhere", classes_of(value)});
        for (std::size_t i = 0; i < value.pieces.size(); ++i) {
            const auto &piece = value.pieces[i];
            add_line(i == 0 ? begin : row(begin.size()),
                     {bytes_of(piece, value.by_pointer), where(piece), i == 0 ? classes_of(value) : ""});
        }
    }

    void add_address_of_result(const cbframe::abi::piece &piece) {
        add_line({"result", "", "", ""}, {"address", where(piece) + ", from the caller", ""});
    }

    std::string text() const { return aligned(rows_); }

  private:
    std::string where(const cbframe::abi::piece &piece) const {
        return place_of(piece, *by_.convention) + extension_of(piece) + (piece.converted ? ", converted" : "") +
               (piece.duplicate ? ", once more" : "");
    }

    void add_line(row begin, const row &end) {
        begin.insert(begin.end(), end.begin(), end.end());
        rows_.push_back(std::move(begin));
    }

    const layout_by &by_;
    std::vector<row> rows_;
};

std::string duties_of(const layout_by &by) {
    const auto &layout = *by.layout;
    std::string text = "The caller reserves " + bytes_text(layout.stack_size) + " of stack";
    if (layout.stack_size > 0)
        text += pushes_return_address(*by.convention) ? " above the return address" : " from SP up";
    text += ", aligned to " + std::to_string(layout.stack_alignment) + ".\n";
    if (layout.popped > 0)
        text += "The function pops " + bytes_text(layout.popped) + ".\n";
    if (layout.variadic)
        text += "Further arguments begin after " + std::to_string(layout.variadic->general) + " general and " +
                std::to_string(layout.variadic->vector) + " vector registers, and on the stack at " +
                std::string(stack_pointer_of(*by.convention)) + '+' + std::to_string(layout.variadic->stack) + ".\n";
    if (layout.vector_registers)
        text +=
            "The caller puts into AL how many vector registers it used: " + std::to_string(*layout.vector_registers) +
            ".\n";
    return text;
}

// Where a value is, on one line.
std::string places_of(const cbframe::abi::value_layout &value, const cbframe::abi::convention &convention) {
    std::string text;
    for (const auto &each : value.pieces)
        if (!each.duplicate)
            text.append(text.empty() ? "" : " ").append(place_of(each, convention));
    if (text.empty())
        return value.size == 0 ? "nowhere" : "";
    return value.by_pointer ? "address in " + text : text;
}

std::string result_of(const layout_by &by) {
    std::string text = places_of(by.layout->result, *by.convention);
    if (by.layout->result_pointer) {
        const std::string asked = "memory, its address in " + place_of(*by.layout->result_pointer, *by.convention);
        return text.empty() ? asked : asked + ", returned" + text.substr(std::string("address").size());
    }
    return text;
}

} // namespace

std::string aligned(const std::vector<row> &rows) {
    std::vector<std::size_t> widths;
    for (const row &each : rows) {
        widths.resize(std::max(widths.size(), each.size()));
        for (std::size_t i = 0; i < each.size(); ++i)
            widths[i] = std::max(widths[i], width_of(each[i]));
    }
    std::string text;
    for (const row &each : rows) {
        std::string line;
        for (std::size_t i = 0; i < each.size(); ++i)
            if (widths[i] > 0)
                line += each[i] + std::string(widths[i] - width_of(each[i]) + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

std::string table_of(const declaration &subject, const layout_by &by) {
    if (!by.layout)
        return std::string("not by ") + by.convention->name + ": " + by.why_not + '\n';
    table made(by);
    for (std::size_t i = 0; i < subject.parameters.size(); ++i)
        made.add(std::to_string(i + 1), subject.parameters[i].name, subject.parameters[i].type,
                 by.layout->arguments[i]);
    if (by.layout->result_pointer)
        made.add_address_of_result(*by.layout->result_pointer);
    if (by.layout->result.type.kind() != cbframe::type_kind::void_)
        made.add("result", "", subject.result_type, by.layout->result);
    return std::string("by ") + by.convention->name + '\n' + made.text() + duties_of(by);
}

std::string comparison_of(const declaration &subject, std::span<const layout_by> all) {
    std::vector<row> rows{{"", "", "", "type"}};
    const auto add = [&](const std::string &what, const std::string &name, const std::string &type, auto place) {
        row line{"", what, name, type};
        for (const layout_by &each : all)
            line.push_back(each.layout ? place(each) : "–");
        const bool is_same =
            std::all_of(line.begin() + 5, line.end(), [&](const auto &each) { return each == line[4]; });
        line[0] = is_same ? "" : "≠";
        rows.push_back(std::move(line));
    };
    for (const layout_by &each : all)
        rows.front().push_back(each.convention->name);
    for (std::size_t i = 0; i < subject.parameters.size(); ++i)
        add(std::to_string(i + 1), subject.parameters[i].name, subject.parameters[i].type,
            [&](const layout_by &each) { return places_of(each.layout->arguments[i], *each.convention); });
    add("result", "", subject.result_type, result_of);
    add("reserved", "", "", [](const layout_by &each) { return bytes_text(each.layout->stack_size); });
    add("popped", "", "", [](const layout_by &each) { return bytes_text(each.layout->popped); });
    std::string text = aligned(rows);
    for (const layout_by &each : all)
        if (!each.layout)
            text += std::string("not by ") + each.convention->name + ": " + each.why_not + '\n';
    return text;
}
