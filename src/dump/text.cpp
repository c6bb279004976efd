#include "dump/text.hpp"

#include "system/system.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace cbf::dump {
namespace {

constexpr std::size_t most = 48;          // bytes of text that are shown
constexpr std::size_t largest_letter = 4; // of UTF-8

constexpr std::string_view escaped = "\t\n\r";
constexpr std::string_view escapes = "tnr";

/// Bytes of the letter of UTF-8 that begins there; 0: none does, or no text has it.
std::size_t letter_size(std::string_view bytes) noexcept {
    const auto first = static_cast<unsigned char>(bytes[0]);
    if (first < 0x80)
        return (first >= ' ' && first != 0x7f) || escaped.find(bytes[0]) != escaped.npos ? 1 : 0;
    const std::size_t size = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size == 0 || size > bytes.size())
        return 0;
    const auto is_further = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; };
    return std::ranges::all_of(bytes.substr(1, size - 1), is_further) ? size : 0;
}

void append_escaped(std::string &to, std::string_view letter) {
    if (const std::size_t found = escaped.find(letter[0]); found != escaped.npos)
        to.append("\\").push_back(escapes[found]);
    else
        to.append(letter);
}

} // namespace

std::string quoted_text(std::uintptr_t address, std::size_t fewest) {
    std::array<char, most + largest_letter> read;
    const std::string_view bytes(read.data(), system::copy_readable(address, std::as_writable_bytes(std::span(read))));
    std::string text = "\"";
    std::size_t size = 0;
    while (size < bytes.size() && text.size() <= most) {
        const std::size_t letter = letter_size(bytes.substr(size));
        if (letter == 0)
            break;
        append_escaped(text, bytes.substr(size, letter));
        size += letter;
    }
    const bool ends = size < bytes.size() && bytes[size] == '\0';
    if (size < fewest || (!ends && text.size() <= most))
        return {};
    return text.append(ends ? "\"" : "\"...");
}

} // namespace cbf::dump
