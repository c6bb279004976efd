#include "dump/target.hpp"

#include "dump/text.hpp"
#include "system/system.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstddef>
#include <cstdio>

namespace cbf::dump {
namespace {

bool is_printable(char character) { return character >= ' ' && character <= '~'; }

/// "qsort+0x1a in libc.so.6"; of a name whatever it is, no more than a row has room for.
std::string place(const system::symbol &symbol, std::uintptr_t address) {
    char text[63];
    if (symbol.name != nullptr)
        std::snprintf(text, sizeof text, "%.20s+0x%" PRIxPTR " in %s", symbol.name, address - symbol.start,
                      symbol.file.data());
    else
        std::snprintf(text, sizeof text, "%s+0x%" PRIxPTR, symbol.file.data(), address - symbol.base);
    std::string result = text;
    std::ranges::replace_if(
        result, [](char c) { return !is_printable(c); }, '?');
    return result;
}

} // namespace

std::string target(std::uint64_t value) {
    constexpr std::size_t fewest = 4;
    const auto address = static_cast<std::uintptr_t>(value);
    if (address < lowest_address)
        return {};
    const system::symbol symbol = system::symbol_at(address);
    if (symbol.name == nullptr)
        if (std::string text = quoted_text(address, fewest); !text.empty())
            return text;
    return symbol.name != nullptr || symbol.file[0] != '\0' ? place(symbol, address) : std::string{};
}

} // namespace cbf::dump
