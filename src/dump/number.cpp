#include "dump/number.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

namespace cbf::dump {
namespace {

constexpr int significant_digits = 6;

} // namespace

template <class Number>
void decimal::write(Number value) {
    if (std::isnan(value)) // to_chars would write the sign, which says nothing
        std::strcpy(text_.data(), "nan");
    else // the last byte stays zero
        std::to_chars(text_.begin(), text_.end() - 1, value, std::chars_format::general, significant_digits);
}

decimal::decimal(float value) { write(value); }

decimal::decimal(double value) { write(value); }

decimal::decimal(long double value) { write(value); }

} // namespace cbf::dump
