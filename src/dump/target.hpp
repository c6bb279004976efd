// What an address points at, as text.
#pragma once

#include <array>
#include <cstdint>

namespace cbf::dump {

/// The symbol of the program or a library that an address belongs to, `qsort+0x1a in libc.so.6`; or the text of at
/// least four printable characters that begins there, in quotes; or the file that is loaded there, `libc.so.6+0x1234`.
/// Or nothing. Any number may be asked: nothing faults.
class target {
  public:
    target() = default;
    explicit target(std::uint64_t address);

    explicit operator bool() const noexcept { return text_[0] != '\0'; }
    const char *c_str() const noexcept { return text_.data(); }

  private:
    bool find_text(std::uintptr_t address);

    std::array<char, 72> text_{};
};

} // namespace cbf::dump
