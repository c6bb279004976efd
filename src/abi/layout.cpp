// What is the same for every family: the checks before, and the table of the outcome.
#include "abi/errors.hpp"
#include "abi/value.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace cbf::abi {
namespace {

// C17, 6.5.2.2: default argument promotions.
bool is_promoted(const type &passed) {
    return passed.kind() == type_kind::float_ || extension_of(passed) != extension::none;
}

void check_variadic(const convention &convention, const signature &signature, std::span<const type> variadic) {
    if (signature.variadic && !convention.allows_variadic)
        throw bad_convention("cbframe: " + std::string(convention.name) + " has no variadic functions");
    if (!signature.variadic && !variadic.empty())
        throw std::invalid_argument("cbframe: variadic arguments for " + to_string(signature) + ", which takes none");
    for (std::size_t i = 0; i < variadic.size(); i++)
        if (is_promoted(variadic[i]))
            throw bad_variadic_type("cbframe: " + argument_name(signature.parameters.size() + i) + " is of type " +
                                    to_string(variadic[i]) + ", which C promotes in place of `...`");
}

void check_sizes(known_model &model, const signature &signature, std::span<const type> variadic) {
    constexpr std::size_t too_large = std::size_t{1} << 30;
    std::size_t total = 0;
    std::size_t index = 0;
    const auto add = [&](const type &passed) {
        const value_layout value = measure(model, passed, argument_name(index++));
        total += value.size + value.alignment;
        if (total >= too_large)
            throw std::invalid_argument("cbframe: the arguments have 2^30 bytes or more");
    };
    blame<bad_type>([&] {
        measure_result(model, signature.result);
        std::ranges::for_each(signature.parameters, add);
    });
    blame<bad_variadic_type>([&] { std::ranges::for_each(variadic, add); });
}

using row = std::array<std::string, 5>;

std::string bytes_of(const piece &piece) {
    return std::to_string(piece.offset) + "-" + std::to_string(piece.offset + piece.size - 1);
}

std::string where(const piece &piece) {
    std::string text = piece.in ? std::string(piece.in->name()) : "stack+" + std::to_string(piece.stack);
    static constexpr std::string_view extensions[] = {"", ", zero-extended to ", ", sign-extended to ",
                                                      ", extended by ones to "};
    if (piece.extends != extension::none)
        text.append(extensions[static_cast<std::size_t>(piece.extends)]).append(std::to_string(piece.extended));
    if (piece.converted)
        text.append(", converted");
    return piece.duplicate ? text + ", again" : text;
}

std::string classes_of(const value_layout &value) {
    std::string text;
    for (const value_class each : value.classes)
        text.append(text.empty() ? "  " : " ").append(to_string(each));
    return text;
}

void append_value(std::vector<row> &rows, std::string name, const value_layout &value) {
    const std::string type = to_string(value.type);
    const std::string size = std::to_string(value.size);
    if (value.pieces.empty())
        rows.push_back({std::move(name), type, size, "", value.size == 0 ? "nowhere" : ""});
    for (const piece &piece : value.pieces) {
        const bool first = &piece == &value.pieces.front();
        rows.push_back({first ? name : "", first ? type : "", first ? size : "",
                        value.by_pointer ? "address" : bytes_of(piece),
                        where(piece) + (first ? classes_of(value) : "")});
    }
}

// A text that is wider than this stands out of its column, or every line would be as long as the longest.
constexpr std::size_t widest_column = 60;

std::string table(const std::vector<row> &rows) {
    std::array<std::size_t, std::tuple_size_v<row>> widths{};
    for (const row &cells : rows)
        for (std::size_t i = 0; i < cells.size(); i++)
            widths[i] = std::max(widths[i], std::min(cells[i].size(), widest_column));
    std::string text;
    for (const row &cells : rows) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); i++)
            line.append(cells[i]).append(std::max(widths[i], cells[i].size()) - cells[i].size() + 2, ' ');
        text.append(line, 0, line.find_last_not_of(' ') + 1).append("\n");
    }
    return text;
}

std::string name_of_argument(const call_layout &layout, std::size_t index) {
    return argument_name(index) + (index >= layout.named ? " (variadic)" : "");
}

} // namespace

call_layout layout(const convention &convention, const data_model &sizes, const signature &signature,
                   std::span<const type> variadic_arguments) {
    check_variadic(convention, signature, variadic_arguments);
    known_model model(sizes);
    check_sizes(model, signature, variadic_arguments);
    return convention.place(sizes, signature, variadic_arguments);
}

call_layout layout(const convention &convention, const signature &signature, std::span<const type> variadic_arguments) {
    return layout(convention, *convention.model, signature, variadic_arguments);
}

std::string_view to_string(value_class named) noexcept {
    constexpr std::string_view names[] = {"NO_CLASS", "INTEGER", "SSE",         "SSEUP",
                                          "X87",      "X87UP",   "COMPLEX_X87", "MEMORY"};
    return names[static_cast<std::size_t>(named)];
}

std::string to_string(const call_layout &layout) {
    std::vector<row> rows{{std::string(layout.convention->name), "type", "size", "bytes", "where"}};
    if (layout.result_pointer)
        rows.push_back({"result pointer", "", "", "address", where(*layout.result_pointer)});
    for (std::size_t i = 0; i < layout.arguments.size(); i++)
        append_value(rows, name_of_argument(layout, i), layout.arguments[i]);
    append_value(rows, "result", layout.result);
    std::string text = table(rows);
    text += "the caller reserves " + std::to_string(layout.stack_size) + " bytes, aligned to " +
            std::to_string(layout.stack_alignment) + "; the function pops " + std::to_string(layout.popped) + '\n';
    if (layout.variadic)
        text += "variadic arguments begin after " + std::to_string(layout.variadic->general) + " general and " +
                std::to_string(layout.variadic->vector) + " vector registers, at stack+" +
                std::to_string(layout.variadic->stack) + '\n';
    if (layout.vector_registers)
        text += "AL is " + std::to_string(*layout.vector_registers) + '\n';
    return text;
}

} // namespace cbf::abi
