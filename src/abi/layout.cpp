// What is the same for every family: the checks before, and the table of the outcome.
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

void check_variadic(const convention &used, const signature &called, std::span<const type> variadic) {
    if (called.variadic && !used.allows_variadic)
        throw std::invalid_argument("cbframe: " + std::string(used.name) + " has no variadic functions");
    if (!called.variadic && !variadic.empty())
        throw std::invalid_argument("cbframe: variadic arguments for " + to_string(called) + ", which takes none");
    for (std::size_t i = 0; i < variadic.size(); i++)
        if (is_promoted(variadic[i]))
            throw std::invalid_argument("cbframe: " + argument_name(called.parameters.size() + i) + " is of type " +
                                        to_string(variadic[i]) + ", which C promotes in place of `...`");
}

void check_sizes(known_model &model, const signature &called, std::span<const type> variadic) {
    constexpr std::size_t too_large = std::size_t{1} << 30;
    std::size_t total = 0;
    std::size_t index = 0;
    const auto add = [&](const type &passed) {
        const value_layout value = measure(model, passed, argument_name(index++));
        total += value.size + value.alignment;
        if (total >= too_large)
            throw std::invalid_argument("cbframe: the arguments have 2^30 bytes or more");
    };
    std::ranges::for_each(called.parameters, add);
    std::ranges::for_each(variadic, add);
}

using row = std::array<std::string, 5>;

std::string bytes_of(const piece &shown) {
    return std::to_string(shown.offset) + "-" + std::to_string(shown.offset + shown.size - 1);
}

std::string where(const piece &shown) {
    std::string text = shown.in ? std::string(shown.in->name()) : "stack+" + std::to_string(shown.stack);
    if (shown.extends != extension::none)
        text += shown.extends == extension::zero ? ", zero-extended" : ", sign-extended";
    if (shown.extends != extension::none)
        text += " to " + std::to_string(shown.extended);
    return shown.duplicate ? text + ", again" : text;
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
    for (const piece &shown : value.pieces) {
        const bool first = &shown == &value.pieces.front();
        rows.push_back({first ? name : "", first ? type : "", first ? size : "",
                        value.by_pointer ? "address" : bytes_of(shown),
                        where(shown) + (first ? classes_of(value) : "")});
    }
}

// A text that is wider than this stands out of its column, or every line would be as long as the longest.
constexpr std::size_t widest_column = 60;

std::string table(const std::vector<row> &rows) {
    std::array<std::size_t, std::tuple_size_v<row>> widths{};
    for (const row &shown : rows)
        for (std::size_t i = 0; i < shown.size(); i++)
            widths[i] = std::max(widths[i], std::min(shown[i].size(), widest_column));
    std::string text;
    for (const row &shown : rows) {
        std::string line;
        for (std::size_t i = 0; i < shown.size(); i++)
            line.append(shown[i]).append(std::max(widths[i], shown[i].size()) - shown[i].size() + 2, ' ');
        text.append(line, 0, line.find_last_not_of(' ') + 1).append("\n");
    }
    return text;
}

std::string name_of_argument(const call_layout &shown, std::size_t index) {
    return argument_name(index) + (index >= shown.named ? " (variadic)" : "");
}

} // namespace

call_layout layout(const convention &used, const data_model &sizes, const signature &called,
                   std::span<const type> variadic_arguments) {
    check_variadic(used, called, variadic_arguments);
    known_model model(sizes);
    check_sizes(model, called, variadic_arguments);
    return used.place(sizes, called, variadic_arguments);
}

call_layout layout(const convention &used, const signature &called, std::span<const type> variadic_arguments) {
    return layout(used, *used.model, called, variadic_arguments);
}

std::string_view to_string(value_class named) noexcept {
    constexpr std::string_view names[] = {"NO_CLASS", "INTEGER", "SSE",         "SSEUP",
                                          "X87",      "X87UP",   "COMPLEX_X87", "MEMORY"};
    return names[static_cast<std::size_t>(named)];
}

std::string to_string(const call_layout &shown) {
    std::vector<row> rows{{std::string(shown.convention->name), "type", "size", "bytes", "where"}};
    if (shown.result_pointer)
        rows.push_back({"result pointer", "", "", "address", where(*shown.result_pointer)});
    for (std::size_t i = 0; i < shown.arguments.size(); i++)
        append_value(rows, name_of_argument(shown, i), shown.arguments[i]);
    append_value(rows, "result", shown.result);
    std::string text = table(rows);
    text += "the caller reserves " + std::to_string(shown.stack_size) + " bytes, aligned to " +
            std::to_string(shown.stack_alignment) + "; the function pops " + std::to_string(shown.popped) + '\n';
    if (shown.variadic)
        text += "variadic arguments begin after " + std::to_string(shown.variadic->general) + " general and " +
                std::to_string(shown.variadic->vector) + " vector registers, at stack+" +
                std::to_string(shown.variadic->stack) + '\n';
    if (shown.vector_registers)
        text += "AL is " + std::to_string(*shown.vector_registers) + '\n';
    return text;
}

} // namespace cbf::abi
