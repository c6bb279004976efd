#include "dump/call_line.hpp"

#include "arch/arch.hpp"
#include "dump/text.hpp"
#include "system/system.hpp"

#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <span>

namespace cbf {
namespace {

using arch::argument_word;

constexpr std::size_t words_of_stack = 4; // where arguments are there

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
    constexpr std::size_t fewest = 2; // of text: the mode of a file is often no more
    const bool is_number = word.value < dump::lowest_address;
    append(to, is_number ? "%s=%" PRIuPTR : "%s=0x%" PRIxPTR, word.name, word.value);
    if (is_number)
        return;
    if (const std::string text = dump::quoted_text(word.value, fewest); !text.empty())
        to.append(" ").append(text);
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
