// Floating-point numbers as text.
#pragma once

#include <cbframe/cpu.hpp>

#include <array>
#include <cfenv>

namespace cbframe::dump {

/// A number with six significant digits, as %g writes it in the C locale, whatever the locale is;
/// `nan` for every NaN and for the 80-bit encodings that the x87 refuses as invalid operands.
/// At most 14 characters.
class decimal {
  public:
    explicit decimal(float value);
    explicit decimal(double value);
    explicit decimal(const cbf_tword &value);

    const char *c_str() const noexcept { return text_.data(); }

  private:
    template <class Number>
    void write(Number value);

    std::array<char, 16> text_{};
};

/// While one lives, its thread computes with the default MXCSR and x87 control word. A handler runs
/// under those of the code that called it: its rounding, its flush to zero, maybe its traps. One file a system.
class default_arithmetic {
  public:
    default_arithmetic() noexcept;
    ~default_arithmetic();
    default_arithmetic(const default_arithmetic &) = delete;
    default_arithmetic &operator=(const default_arithmetic &) = delete;

  private:
    std::fenv_t callers_;
    [[maybe_unused]] unsigned callers_mxcsr_ = 0; ///< where fenv_t has none
};

} // namespace cbframe::dump
