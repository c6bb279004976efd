#include "abort.hpp"

#include <cstddef>

namespace {

class line {
  public:
    void append(char c) {
        if (length_ < sizeof(text_))
            text_[length_++] = c;
    }
    void append(const char *text) {
        while (*text != '\0')
            append(*text++);
    }
    void append_hex(std::uint64_t value) {
        append("0x");
        int digits = 1;
        while (digits < 16 && (value >> (4 * digits)) != 0)
            ++digits;
        while (digits-- > 0)
            append("0123456789abcdef"[(value >> (4 * digits)) & 15]);
    }
    [[noreturn]] void end() const { cbf::error::last_words(text_, length_); }

  private:
    char text_[256];
    std::size_t length_ = 0;
};

} // namespace

namespace cbf::error {

void abort(const char *before, std::uint64_t address, const char *after) noexcept {
    line words;
    words.append(before);
    words.append_hex(address);
    words.append(after);
    words.append('\n');
    words.end();
}

void abort(const char *before, const char *after) noexcept {
    line words;
    words.append(before);
    words.append(after);
    words.append('\n');
    words.end();
}

} // namespace cbf::error
