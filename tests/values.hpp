// Values of every kind, and what calls a closure with them.
#pragma once

#include <cbframe/closure.hpp>

#include <gtest/gtest.h>

#include <complex>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace values {

using vector16 = float __attribute__((vector_size(16)));

struct pair_of_doubles {
    double x, y;
};
struct pair_of_longs {
    long a, b;
};
struct long_and_double {
    long a;
    double b;
};
struct double_and_long {
    double a;
    long b;
};
struct three_floats {
    float a[3];
};
struct three_chars {
    char c[3];
};
struct seven_chars {
    char c[7];
};
struct one_float {
    float f;
};
struct sixty_four_bytes {
    long a[8];
};
struct big {
    char c[5000];
};
struct nested {
    one_float f;
    short s;
    double_and_long d;
};
union number {
    long i;
    double d;
};
struct nothing {};
enum class color : unsigned char { red = 1, green = 200 };

} // namespace values

template <>
struct cbframe::describe<values::pair_of_doubles>
    : cbframe::fields<&values::pair_of_doubles::x, &values::pair_of_doubles::y> {};
template <>
struct cbframe::describe<values::pair_of_longs>
    : cbframe::fields<&values::pair_of_longs::a, &values::pair_of_longs::b> {};
template <>
struct cbframe::describe<values::long_and_double>
    : cbframe::fields<&values::long_and_double::a, &values::long_and_double::b> {};
template <>
struct cbframe::describe<values::double_and_long>
    : cbframe::fields<&values::double_and_long::a, &values::double_and_long::b> {};
template <>
struct cbframe::describe<values::three_floats> : cbframe::fields<&values::three_floats::a> {};
template <>
struct cbframe::describe<values::three_chars> : cbframe::fields<&values::three_chars::c> {};
template <>
struct cbframe::describe<values::seven_chars> : cbframe::fields<&values::seven_chars::c> {};
template <>
struct cbframe::describe<values::one_float> : cbframe::fields<&values::one_float::f> {};
template <>
struct cbframe::describe<values::sixty_four_bytes> : cbframe::fields<&values::sixty_four_bytes::a> {};
template <>
struct cbframe::describe<values::big> : cbframe::fields<&values::big::c> {};
template <>
struct cbframe::describe<values::nested> : cbframe::fields<&values::nested::f, &values::nested::s, &values::nested::d> {
};
template <>
struct cbframe::describe<values::number> : cbframe::union_fields<&values::number::i, &values::number::d> {};

namespace values {

/// All of the types above and those that every system has, and more.
template <class... More>
using types_and =
    testing::Types<bool, char, signed char, unsigned char, short, unsigned short, int, unsigned, long, unsigned long,
                   long long, unsigned long long, float, double, long double, void *, color, std::complex<float>,
                   std::complex<double>, std::complex<long double>, pair_of_doubles, pair_of_longs, long_and_double,
                   double_and_long, three_floats, three_chars, seven_chars, one_float, sixty_four_bytes, big, nested,
                   number, vector16, More...>;

template <class T>
T filled(unsigned char first) {
    T value;
    if constexpr (std::is_floating_point_v<T>)
        return static_cast<T>(first) + static_cast<T>(0.5);
    else if constexpr (std::is_same_v<T, bool>)
        return (first & 1) != 0;
    else {
        auto *const bytes = reinterpret_cast<unsigned char *>(&value);
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bytes[i] = static_cast<unsigned char>(first + 7 * i);
        return value;
    }
}

template <class T>
bool same(const T &left, const T &right) {
    if constexpr (std::is_floating_point_v<T>)
        return left == right;
    else if constexpr (std::is_empty_v<T>)
        return true;
    else
        return std::memcmp(&left, &right, sizeof(T)) == 0;
}

// Without padding, or with padding that the comparison above must not see.
template <>
inline bool same(const nested &left, const nested &right) {
    return left.f.f == right.f.f && left.s == right.s && left.d.a == right.d.a && left.d.b == right.d.b;
}

template <class T>
T value_of(unsigned char first) {
    if constexpr (std::is_same_v<T, one_float>)
        return {static_cast<float>(first)};
    else if constexpr (std::is_same_v<T, three_floats>)
        return {{static_cast<float>(first), 2, 3}};
    else if constexpr (std::is_same_v<T, pair_of_doubles>)
        return {static_cast<double>(first), 2};
    else if constexpr (std::is_same_v<T, long_and_double>)
        return {first, 2.5};
    else if constexpr (std::is_same_v<T, double_and_long>)
        return {first + 0.5, 2};
    else if constexpr (std::is_same_v<T, nested>)
        return {{1.5F}, first, {2.5, 3}};
    else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>> ||
                       std::is_same_v<T, std::complex<long double>>)
        return {static_cast<typename T::value_type>(first), 2};
    else
        return filled<T>(first);
}

template <>
inline bool same(const std::complex<long double> &left, const std::complex<long double> &right) {
    return left == right;
}

/// Calls a closure by a function type, and checks that its handler saw the arguments and the caller gets the result.
template <class Function, class R, class... Args>
void round_trip_by(const cbframe::prepared_signature &prepared, const R &result, const Args &...args) {
    bool seen = true;
    const cbframe::closure made(prepared, [&](cbframe::arguments &got) {
        std::size_t index = 0;
        ((seen = seen && same(got.get<Args>(index), args), ++index), ...);
        got.result(result);
    });
    EXPECT_TRUE(same(made.as<Function>()(args...), result));
    EXPECT_TRUE(seen);
}

/// The same by the system's own convention.
template <class R, class... Args>
void round_trip(const R &result, const Args &...args) {
    const cbframe::prepared_signature prepared(cbframe::signature::of<R(Args...)>(), cbframe::compiled_convention(),
                                               cbframe::native_data_model());
    round_trip_by<R(Args...)>(prepared, result, args...);
}

} // namespace values
