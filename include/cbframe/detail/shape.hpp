// What the types of users and those of the library have in common.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/cbframe.h>

#include <cstddef>

namespace cbframe {

/// What a type is: the values of cbf_kind. Those up to long_double are types by themselves; the others are built by the
/// functions of class type.
enum class type_kind : unsigned char {
    void_ = CBF_KIND_VOID,
    bool_ = CBF_KIND_BOOL,
    char_ = CBF_KIND_CHAR,
    signed_char = CBF_KIND_SIGNED_CHAR,
    unsigned_char = CBF_KIND_UNSIGNED_CHAR,
    short_ = CBF_KIND_SHORT,
    unsigned_short = CBF_KIND_UNSIGNED_SHORT,
    int_ = CBF_KIND_INT,
    unsigned_int = CBF_KIND_UNSIGNED_INT,
    long_ = CBF_KIND_LONG,
    unsigned_long = CBF_KIND_UNSIGNED_LONG,
    long_long = CBF_KIND_LONG_LONG,
    unsigned_long_long = CBF_KIND_UNSIGNED_LONG_LONG,
    int128 = CBF_KIND_INT128,
    unsigned_int128 = CBF_KIND_UNSIGNED_INT128,
    float_ = CBF_KIND_FLOAT,
    double_ = CBF_KIND_DOUBLE,
    long_double = CBF_KIND_LONG_DOUBLE,
    complex = CBF_KIND_COMPLEX,         ///< _Complex of a floating type or an integer
    pointer = CBF_KIND_POINTER,         ///< to any type, a function included
    enumeration = CBF_KIND_ENUMERATION, ///< laid out as its underlying integer type
    structure = CBF_KIND_STRUCTURE,
    union_ = CBF_KIND_UNION,
    array = CBF_KIND_ARRAY,       ///< inside a structure or union only: C passes no array by value
    vector = CBF_KIND_VECTOR,     ///< SIMD, as made by __attribute__((vector_size)): __m64, __m128, __m256, __m512
    function = CBF_KIND_FUNCTION, ///< what a pointer points at
};

/// What a structure or union says of its own layout.
struct record_attributes {
    std::size_t alignment = 0; ///< at least this, as _Alignas and __attribute__((aligned)); 0: the fields decide
    std::size_t pack = 0;      ///< at most this for a field, as #pragma pack; 0: no limit
    bool packed = false;       ///< every field at the next byte or bit, as __attribute__((packed))

    bool operator==(const record_attributes &) const = default;
};

/// How deep types nest at most, pointers, functions and all: what C++ asks of its compilers (Annex B) and clang's limit
/// for brackets. It bounds the stack that any work on a type takes; the time is that of the distinct types in it.
inline constexpr std::size_t deepest_type = 256;

} // namespace cbframe

#endif
