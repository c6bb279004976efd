// C types and function signatures as values made at run time.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/export.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cbframe {

struct field;
struct signature;

/// What a type is. Those up to long_double are types by themselves; the others are built by the
/// functions of class type.
enum class type_kind : unsigned char {
    void_,
    bool_,
    char_,
    signed_char,
    unsigned_char,
    short_,
    unsigned_short,
    int_,
    unsigned_int,
    long_,
    unsigned_long,
    long_long,
    unsigned_long_long,
    int128,
    unsigned_int128,
    float_,
    double_,
    long_double,
    complex,     ///< _Complex of a floating type
    pointer,     ///< to any type, a function included
    enumeration, ///< laid out as its underlying integer type
    structure,
    union_,
    array,    ///< inside a structure or union only: C passes no array by value
    vector,   ///< SIMD, as made by __attribute__((vector_size)): __m64, __m128, __m256, __m512
    function, ///< what a pointer points at
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

/// A C type. Knows its shape but no sizes: those depend on the target, see abi::data_model.
/// An immutable value: copying shares, comparing compares shapes, and any thread may use it.
/// What makes a type of others throws std::invalid_argument if it nests deeper than deepest_type.
class CBF_API type {
  public:
    /// A type that needs no more than its kind. Throws std::invalid_argument for the kinds after long_double.
    type(type_kind kind);

    /// Pointer to any type, void if none is given.
    static type pointer(const type &target = type_kind::void_);

    /// _Complex of float, double or long double. Throws std::invalid_argument for others.
    static type complex(const type &element);

    /// An enum, as large as underlying. Throws std::invalid_argument if that is no integer type.
    static type enumeration(std::string_view name, const type &underlying = type_kind::unsigned_int);

    /// An array of count elements; 0 is GNU C's empty array. Throws std::invalid_argument if the element is
    /// incomplete (void, a function, an array without a length, a record without a definition).
    static type array(const type &element, std::size_t count);

    /// An array without a length, the last field of a structure. Throws as array().
    static type flexible_array(const type &element);

    /// A SIMD vector of 8, 16, 32 or 64 bytes: count elements of an arithmetic type whose size is the
    /// same everywhere (no long, long double or _Bool). Throws std::invalid_argument for others.
    static type vector(const type &element, std::size_t count);

    /// A struct or union. The name may be empty. Throws std::invalid_argument, naming the field, if
    /// - a field has an incomplete type, but for a flexible array at the end of a structure that has more;
    /// - a bit-field is no integer, wider than its type by any data model, or named and of width 0;
    /// - a field without a name is neither a bit-field nor a struct or union;
    /// - an alignment is no power of two up to 2^28, or pack none up to 16.
    static type structure(std::string_view name, std::vector<field> fields, const record_attributes &attributes = {});
    static type union_(std::string_view name, std::vector<field> fields, const record_attributes &attributes = {});

    /// A struct or union of which only the name is known: good for pointers only. This is how a structure
    /// contains a pointer to itself.
    static type incomplete_structure(std::string_view name);
    static type incomplete_union(std::string_view name);

    /// A function, to make pointers to it.
    static type function(const signature &called);

    type_kind kind() const noexcept { return kind_; }

    /// Tag of a struct, union or enum; else empty.
    std::string_view name() const noexcept;

    /// What a pointer points at, an array, vector or complex is made of, an enum is laid out as. Throws
    /// std::logic_error for other kinds.
    const type &element() const;

    /// Length of an array or vector; none for a flexible array and for other kinds.
    std::optional<std::size_t> count() const noexcept;

    /// Fields of a struct or union in order; empty for other kinds.
    std::span<const field> fields() const noexcept;

    /// Attributes of a struct or union; those of no attribute for other kinds.
    const record_attributes &attributes() const noexcept;

    /// The signature of a function. Throws std::logic_error for other kinds.
    const signature &called() const;

    /// How deep it nests: 0 for what needs no more than its kind, 1 for a pointer to that or a struct of such.
    std::size_t depth() const noexcept;

    /// The same for types that share their shape, as copies do; null for what needs no more than its kind.
    const void *identity() const noexcept { return node_.get(); }

    /// Whether it has a size: not void, a function, a flexible array, nor a record without a definition.
    bool is_complete() const noexcept;

    bool is_integer() const noexcept { return kind_ >= type_kind::bool_ && kind_ <= type_kind::unsigned_int128; }
    bool is_floating() const noexcept { return kind_ >= type_kind::float_ && kind_ <= type_kind::long_double; }
    bool is_record() const noexcept { return kind_ == type_kind::structure || kind_ == type_kind::union_; }

    /// Same kind, name, elements, fields and attributes.
    friend CBF_API bool operator==(const type &left, const type &right);

  private:
    struct node;
    class comparison;
    type(type_kind kind, node shape);
    static type record(type_kind kind, std::string_view name, std::vector<field> fields,
                       const record_attributes &attributes);
    static type incomplete_record(type_kind kind, std::string_view name);

    type_kind kind_;
    std::shared_ptr<const node> node_;
};

/// A member of a struct or union.
struct field {
    std::string name;             ///< empty: an unnamed bit-field, or an anonymous struct or union
    cbframe::type type;           ///< the declared type
    std::optional<unsigned> bits; ///< width of a bit-field
    std::size_t alignment = 0;    ///< at least this, as _Alignas; 0: the type decides
    bool packed = false;          ///< __attribute__((packed)) on this field alone

    bool operator==(const field &) const = default;
};

/// What a function takes and returns.
struct signature {
    type result = type_kind::void_;
    std::vector<type> parameters = {}; ///< the named ones
    bool variadic = false;             ///< whether `...` follows them

    /// That of a C++ function type, as `signature::of<int(double, point)>()`. Declared here, defined in type_of.hpp.
    template <class Function>
    static signature of();

    bool operator==(const signature &) const = default;
};

/// The type as C spells it: `unsigned long`, `struct point *`, `float __attribute__((vector_size(16)))`.
/// A record without a name is `struct {…}`, and where the text has 16,384 characters, `…` stands for all further
/// parameters. declarator: what C writes in the midst of the type, such as the name of a variable.
CBF_API std::string to_string(const type &spelled, std::string_view declarator = "");

/// The signature as C spells it, by the same rules: `int (struct point, char *, ...)`.
CBF_API std::string to_string(const signature &spelled);

} // namespace cbframe

#endif
