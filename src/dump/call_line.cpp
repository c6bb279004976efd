#include "dump/call_line.hpp"

#include "arch/arch.hpp"
#include "system/system.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>

namespace cbf {
namespace {

using arch::argument_word;

constexpr std::size_t most_text = 40;     // of a string that is shown
constexpr std::size_t words_of_stack = 4; // where arguments are there
constexpr std::uintptr_t no_address = 0x10000;

template <class... Values>
void append(std::string &to, const char *format, Values... values) {
    char text[64];
    const int length = std::snprintf(text, sizeof(text), format, values...);
    to.append(text, static_cast<std::size_t>(length));
}

void append_time(std::string &to) {
    using namespace std::chrono;
    const auto now = floor<microseconds>(system_clock::now());
    const hh_mm_ss of_day(now - floor<days>(now));
    append(to, "%02d:%02d:%02d.%06d", static_cast<int>(of_day.hours().count()),
           static_cast<int>(of_day.minutes().count()), static_cast<int>(of_day.seconds().count()),
           static_cast<int>(of_day.subseconds().count()));
}

/// Bytes of the letter of UTF-8 that begins there; 0: none does, or no text has it.
std::size_t letter_size(std::span<const std::byte> bytes) noexcept {
    const auto first = static_cast<unsigned char>(bytes[0]);
    if (first < 0x80)
        return (first >= ' ' && first != 0x7f) || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
    const std::size_t size = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size == 0 || size > bytes.size())
        return 0;
    const auto is_further = [](std::byte byte) { return (byte & std::byte{0xc0}) == std::byte{0x80}; };
    return std::ranges::all_of(bytes.subspan(1, size - 1), is_further) ? size : 0;
}

/// The string at an address, quoted, if there is one: text that ends or is longer than is shown. Nothing that is
/// shorter than most numbers would be by chance.
std::optional<std::string> string_at(std::uintptr_t address) {
    std::array<std::byte, most_text + 4> read;
    const std::span<const std::byte> bytes(read.data(), system::copy_readable(address, read));
    std::size_t length = 0;
    while (length < std::min(most_text, bytes.size())) {
        const std::size_t size = letter_size(bytes.subspan(length));
        if (size == 0)
            break;
        length += size;
    }
    constexpr std::size_t least = 2;
    const bool ends = length < bytes.size() && bytes[length] == std::byte{0};
    if (length < least || !(ends || length >= most_text))
        return std::nullopt;
    std::string text = "\"";
    for (const std::byte byte : bytes.first(length)) {
        const char letter = static_cast<char>(byte);
        if (letter == '\n' || letter == '\r' || letter == '\t')
            text.append("\\").push_back(letter == '\n' ? 'n' : letter == '\r' ? 'r' : 't');
        else
            text.push_back(letter);
    }
    return text.append(ends ? "\"" : "\"...");
}

/// A place in a function or an object, or else in a file that is loaded: " <name+0x10>".
void append_place(std::string &to, std::uintptr_t address) {
    const system::symbol symbol = system::symbol_at(address);
    const char *const name = symbol.name != nullptr ? symbol.name : symbol.file.data();
    if (name[0] == '\0')
        return;
    to.append(" <").append(name);
    if (const std::uintptr_t offset = address - (symbol.name != nullptr ? symbol.start : symbol.base); offset != 0)
        append(to, "+0x%" PRIxPTR, offset);
    to.append(">");
}

void append_value(std::string &to, const argument_word &word) {
    append(to, word.value < no_address ? "%s=%" PRIuPTR : "%s=0x%" PRIxPTR, word.name, word.value);
    if (word.value < no_address)
        return;
    if (const auto text = string_at(word.value))
        to.append(" ").append(*text);
    else
        append_place(to, word.value);
}

/// Of a CPU whose C passes all on the stack, the first words there.
std::size_t words_on_stack(const cbf_cpu &cpu, std::span<argument_word> out) {
    static constexpr const char *names[words_of_stack] = {"[1]", "[2]", "[3]", "[4]"};
    std::array<std::uintptr_t, words_of_stack> read;
    const std::size_t bytes =
        system::copy_readable(arch::stack_pointer(cpu) + sizeof(void *), std::as_writable_bytes(std::span(read)));
    for (std::size_t i = 0; i < bytes / sizeof(void *); ++i)
        out[i] = {names[i], read[i]};
    return bytes / sizeof(void *);
}

} // namespace

std::string format_call(const cbf_cpu &cpu, std::string_view name) {
    std::string line;
    append_time(line);
    append(line, " %" PRIu64 " ", system::thread_number());
    line.append(name).append("(");
    std::array<argument_word, arch::most_argument_words> words;
    std::size_t count = arch::argument_words(cpu, words);
    if (count == 0)
        count = words_on_stack(cpu, words);
    for (std::size_t i = 0; i < count; ++i) {
        line.append(i == 0 ? "" : ", ");
        append_value(line, words[i]);
    }
    return line.append(")");
}

} // namespace cbf
