// C types and function signatures as values made at run time.
#pragma once

#include "abi/owners.hpp"

#include <cbframe/detail/shape.hpp>

#include <bit>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cbf {

struct field;
struct signature;

using cbframe::deepest_type;
using cbframe::record_attributes;
using cbframe::type_kind;

} // namespace cbf

/// What the handles of the C API point at, and a cbf::type, which is one. Types that need no more than their kind are
/// only that, and live forever; all others derive from it, and are counted.
struct cbf_type {
    cbf::type_kind kind;
    mutable cbf::owners owners = {}; ///< of those that are counted
};

namespace cbf {

/// A C type. Knows its shape but no sizes: those depend on the target, see abi::data_model.
/// An immutable value: copying shares, comparing compares shapes, and any thread may use it.
/// What makes a type of others throws std::invalid_argument if it nests deeper than deepest_type.
class type {
  public:
    /// A type that needs no more than its kind. Throws std::invalid_argument for the kinds after long_double.
    type(type_kind kind);

    type(const type &other) noexcept : handle_(share(other.handle_)) {}
    type(type &&other) noexcept : handle_(std::exchange(other.handle_, scalars)) {} ///< leaves void
    type &operator=(type other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~type() { release(handle_); }

    /// The handle of the type, which lives as long as one of its copies; and the type of a handle.
    const cbf_type *handle() const noexcept { return handle_; }
    static type of(const cbf_type *handle) noexcept { return type(share(handle)); }

    /// Gives the handle away: an owner frees it by release(), for each share() once.
    const cbf_type *give() noexcept { return std::exchange(handle_, scalars); }
    static const cbf_type *share(const cbf_type *handle) noexcept {
        if (handle->kind > type_kind::long_double)
            handle->owners.add();
        return handle;
    }
    static void release(const cbf_type *handle) noexcept {
        if (handle->kind > type_kind::long_double && handle->owners.drop())
            destroy(handle);
    }

    /// Pointer to any type, void if none is given.
    static type pointer(const type &target = type_kind::void_);

    /// _Complex of float, double or long double, or GNU C's of an integer. Throws std::invalid_argument for others,
    /// such as _Bool and __int128.
    static type complex(const type &element);

    /// An enum, as large as underlying. Throws std::invalid_argument if that is no integer type.
    static type enumeration(std::string_view name, const type &underlying = type_kind::unsigned_int);

    /// An array of count elements; 0 is GNU C's empty array. Throws std::invalid_argument if the element is
    /// incomplete (void, a function, an array without a length, a record without a definition).
    static type array(const type &element, std::size_t count);

    /// An array without a length, the last field of a structure. Throws as array().
    static type flexible_array(const type &element);

    /// A SIMD vector of 8, 16, 32 or 64 bytes: count integers, floats or doubles, no _Bool. One of long has such a size
    /// by some data model; others do not know it. Throws std::invalid_argument for others.
    static type vector(const type &element, std::size_t count);

    /// A struct or union. The name may be empty. Throws std::invalid_argument, naming the field, if
    /// - a field has an incomplete type, but for a flexible array at the end of a structure that has more;
    /// - a bit-field is no integer, wider than its type by any data model, or named and of width 0;
    /// - an alignment is no power of two up to 2^28, or pack none up to 16.
    static type structure(std::string_view name, std::vector<field> fields, const record_attributes &attributes = {});
    static type union_(std::string_view name, std::vector<field> fields, const record_attributes &attributes = {});

    /// A struct or union of which only the name is known: good for pointers only. This is how a structure
    /// contains a pointer to itself.
    static type incomplete_structure(std::string_view name);
    static type incomplete_union(std::string_view name);

    /// A function, to make pointers to it.
    static type function(const signature &signature);

    type_kind kind() const noexcept { return handle_->kind; }

    /// Tag of a struct, union or enum; else empty.
    const char *name() const noexcept;

    /// What a pointer points at, an array, vector or complex is made of, an enum is laid out as. Throws
    /// std::logic_error for other kinds.
    const type &element() const;
    const type *element_if_any() const noexcept; ///< null for other kinds

    /// Length of an array or vector; none for a flexible array and for other kinds.
    std::optional<std::size_t> count() const noexcept;

    /// Fields of a struct or union in order; empty for other kinds.
    std::span<const field> fields() const noexcept;

    /// Attributes of a struct or union; those of no attribute for other kinds.
    const record_attributes &attributes() const noexcept;

    /// The signature of a function. Throws std::logic_error for other kinds.
    const signature &called() const;
    const signature *called_if_any() const noexcept; ///< null for other kinds

    /// How deep it nests: 0 for what needs no more than its kind, 1 for a pointer to that or a struct of such.
    std::size_t depth() const noexcept;

    /// The same for types that share their shape, as copies do; null for what needs no more than its kind.
    const void *identity() const noexcept { return is_scalar() ? nullptr : handle_; }

    /// Whether it has a size: not void, a function, a flexible array, nor a record without a definition.
    bool is_complete() const noexcept;

    bool is_integer() const noexcept { return kind() >= type_kind::bool_ && kind() <= type_kind::unsigned_int128; }
    bool is_floating() const noexcept { return kind() >= type_kind::float_ && kind() <= type_kind::long_double; }
    bool is_record() const noexcept { return kind() == type_kind::structure || kind() == type_kind::union_; }

    /// Same kind, name, elements, fields and attributes.
    friend bool operator==(const type &left, const type &right);

  private:
    struct parts;
    struct node;
    class comparison;
    explicit type(const cbf_type *adopted) noexcept : handle_(adopted) {}
    type(type_kind kind, parts &&made_of);
    static type record(type_kind kind, std::string_view name, std::vector<field> fields,
                       const record_attributes &attributes);
    static type incomplete_record(type_kind kind, std::string_view name);

    bool is_scalar() const noexcept { return kind() <= type_kind::long_double; }
    static void destroy(const cbf_type *unused) noexcept;
    const parts *shape() const noexcept; ///< null for scalars

    static const cbf_type scalars[static_cast<std::size_t>(type_kind::long_double) + 1];

    friend class borrowed_type;
    const cbf_type *handle_;
};

/// The type of a handle that somebody else keeps: nothing is counted.
class borrowed_type {
  public:
    /// Null is void.
    explicit borrowed_type(const cbf_type *handle) noexcept : type_(handle != nullptr ? handle : type::scalars) {}
    borrowed_type(const borrowed_type &) = delete;
    borrowed_type &operator=(const borrowed_type &) = delete;
    ~borrowed_type() { type_.give(); }

    const type &operator*() const noexcept { return type_; }
    const type *operator->() const noexcept { return &type_; }

  private:
    type type_;
};

/// A member of a struct or union.
struct field {
    std::string name;             ///< may be empty: a bit-field without a name is padding
    cbf::type type;               ///< the declared type
    std::optional<unsigned> bits; ///< width of a bit-field
    std::size_t alignment = 0;    ///< at least this, as _Alignas; 0: the type decides
    bool packed = false;          ///< __attribute__((packed)) on this field alone

    bool operator==(const field &) const = default;
};

inline constexpr std::size_t largest_vector = 64;

/// Whether a vector may have so many bytes.
constexpr bool is_vector_size(std::size_t size) {
    constexpr std::size_t smallest = 8;
    return std::has_single_bit(size) && size >= smallest && size <= largest_vector;
}

/// What a function takes and returns.
struct signature {
    type result = type_kind::void_;
    std::vector<type> parameters = {}; ///< the named ones
    bool variadic = false;             ///< whether `...` follows them

    bool operator==(const signature &) const = default;
};

/// The type as C spells it: `unsigned long`, `struct point *`, `float __attribute__((vector_size(16)))`.
/// A record without a name is `struct {…}`, and where the text has 16,384 characters, `…` stands for all further
/// parameters. declarator: what C writes in the midst of the type, such as the name of a variable.
std::string to_string(const type &type, std::string_view declarator = "");

/// The signature as C spells it, by the same rules: `int (struct point, char *, ...)`.
std::string to_string(const signature &signature);

} // namespace cbf
