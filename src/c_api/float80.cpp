// Numbers of 80 bits, as x87 has them, on any CPU (Intel SDM vol. 1, 4.2.2 and 4.8).
#include <cbframe/cbframe.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

namespace {

constexpr int bias = 16383, double_bias = 1023;
constexpr std::uint16_t sign_bit = 0x8000, most_exponent = 0x7fff;
constexpr std::uint64_t integer_bit = std::uint64_t{1} << 63;
constexpr int fraction_bits = 52, dropped_bits = 63 - fraction_bits;

// Without the lowest bits, to the nearest, of two that are as near the even one.
std::uint64_t round(std::uint64_t value, int bits) noexcept {
    if (bits > 64)
        return 0;
    if (bits == 64)
        return value > integer_bit ? 1 : 0;
    const std::uint64_t kept = value >> bits, rest = value & ((std::uint64_t{1} << bits) - 1);
    const std::uint64_t half = std::uint64_t{1} << (bits - 1);
    return kept + (rest > half || (rest == half && (kept & 1) != 0) ? 1 : 0);
}

// The bits of a double without its sign.
std::uint64_t magnitude(int exponent, std::uint64_t mantissa) noexcept {
    constexpr auto infinity = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity());
    constexpr auto quiet_nan = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
    const bool has_integer_bit = (mantissa & integer_bit) != 0;
    if (exponent == 0) // less than any double
        return 0;
    if (!has_integer_bit) // no number
        return quiet_nan;
    if (exponent == most_exponent)
        return mantissa == integer_bit ? infinity : quiet_nan | (mantissa & ~integer_bit) >> dropped_bits;
    const int biased = exponent - bias + double_bias;
    if (biased >= 2 * double_bias + 1)
        return infinity;
    if (biased <= 0)
        return round(mantissa, dropped_bits + 1 - biased);
    // A carry out of the fraction is one more in the exponent.
    return round(mantissa & ~integer_bit, dropped_bits) + (static_cast<std::uint64_t>(biased) << fraction_bits);
}

} // namespace

extern "C" {

double cbf_float80to64(const void *from) noexcept {
    std::uint64_t mantissa;
    std::uint16_t sign_and_exponent;
    std::memcpy(&mantissa, from, sizeof(mantissa));
    std::memcpy(&sign_and_exponent, static_cast<const unsigned char *>(from) + sizeof(mantissa),
                sizeof(sign_and_exponent));
    const std::uint64_t sign = (sign_and_exponent & sign_bit) != 0 ? integer_bit : 0;
    return std::bit_cast<double>(sign | magnitude(sign_and_exponent & most_exponent, mantissa));
}

void cbf_float64to80(double value, void *to) noexcept {
    constexpr int double_most_exponent = 2 * double_bias + 1;
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
    const int biased = static_cast<int>(bits >> fraction_bits) & double_most_exponent;
    std::uint64_t mantissa = integer_bit | fraction << dropped_bits;
    int exponent = biased - double_bias + bias;
    if (biased == double_most_exponent) {
        constexpr std::uint64_t quiet_bit = integer_bit >> 1;
        exponent = most_exponent;
        mantissa |= fraction != 0 ? quiet_bit : 0;
    } else if (fraction == 0 && biased == 0) {
        exponent = 0;
        mantissa = 0;
    } else if (biased == 0) { // x87 has exponent enough to write it as the others
        const int shift = std::countl_zero(fraction);
        mantissa = fraction << shift;
        exponent = 1 - double_bias + bias + dropped_bits - shift;
    }
    const auto sign_and_exponent =
        static_cast<std::uint16_t>(((bits & integer_bit) != 0 ? sign_bit : 0) | static_cast<unsigned>(exponent));
    std::memcpy(to, &mantissa, sizeof(mantissa));
    std::memcpy(static_cast<unsigned char *>(to) + sizeof(mantissa), &sign_and_exponent, sizeof(sign_and_exponent));
}

} // extern "C"
