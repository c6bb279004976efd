// Floating-point numbers as text.
#pragma once

#include <array>

namespace cbf::dump {

/// A number with six significant digits, as %g writes it in the C locale, whatever the locale is;
/// `nan` for every NaN. At most 14 characters.
class decimal {
  public:
    explicit decimal(float value);
    explicit decimal(double value);
    explicit decimal(long double value);

    const char *c_str() const noexcept { return text_.data(); }

  private:
    template <class Number>
    void write(Number value);

    std::array<char, 16> text_{};
};

} // namespace cbf::dump
