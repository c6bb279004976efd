#include "dump/target.hpp"

#include "system/system.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string_view>

namespace cbf::dump {
namespace {

constexpr std::size_t most = 62;                // characters: then a row is no wider than the widest one
constexpr std::uintptr_t lowest_address = 4096; // below it nothing is mapped, and small numbers are many

bool is_printable(char character) { return character >= ' ' && character <= '~'; }

} // namespace

bool target::find_text(std::uintptr_t address) {
    constexpr std::size_t fewest = 4;
    std::array<char, 48> found;
    const std::size_t size = system::copy_readable(address, std::as_writable_bytes(std::span(found)));
    const char *const end = std::find_if_not(found.data(), found.data() + size, is_printable);
    const std::string_view text(found.data(), static_cast<std::size_t>(end - found.data()));
    const bool is_whole = text.size() < size && *end == '\0';
    if (text.size() < fewest || (!is_whole && text.size() < found.size()))
        return false;
    std::snprintf(text_.data(), text_.size(), "\"%.*s\"%s", static_cast<int>(text.size()), text.data(),
                  is_whole ? "" : "...");
    return true;
}

target::target(std::uint64_t value) {
    const auto address = static_cast<std::uintptr_t>(value);
    if (address < lowest_address)
        return;
    const system::symbol symbol = system::symbol_at(address);
    const char *const file = symbol.file.data();
    if (symbol.name != nullptr)
        std::snprintf(text_.data(), text_.size(), "%.20s+0x%" PRIxPTR " in %s", symbol.name, address - symbol.start,
                      file);
    else if (!find_text(address) && file[0] != '\0')
        std::snprintf(text_.data(), text_.size(), "%s+0x%" PRIxPTR, file, address - symbol.base);
    text_[most] = '\0';
    std::replace_if(
        text_.begin(), std::find(text_.begin(), text_.end(), '\0'), [](char c) { return !is_printable(c); }, '?');
}

} // namespace cbf::dump
