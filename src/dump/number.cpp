#include "dump/number.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace cbframe::dump {
namespace {

constexpr int significant_digits = 6;

static_assert(std::numeric_limits<long double>::digits == 64, "long double is the 80-bit number of the x87");

// Intel SDM vol. 1, 8.2.2: unless the exponent is 0, the top bit of the mantissa must be 1. The C
// library may do anything with other encodings, and every MMX value without that bit is one.
bool is_valid(const cbf_tword &value) { return value.exponent == 0 || value.mantissa < 0; }

long double to_long_double(const cbf_tword &value) {
    cbf_tword usual = value;
    if (value.exponent == 0 && value.mantissa < 0) // a pseudo-denormal, which MinGW's C library takes for half of it
        usual.exponent = 1;
    long double number = 0;
    std::memcpy(&number, usual.b, sizeof usual.bytes);
    return number;
}

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

decimal::decimal(const cbf_tword &value) {
    write(is_valid(value) ? to_long_double(value) : std::numeric_limits<long double>::quiet_NaN());
}

} // namespace cbframe::dump
