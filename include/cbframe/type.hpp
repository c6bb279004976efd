// C types and function signatures as values made at run time.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/detail/shape.hpp>
#include <cbframe/error.hpp>

#include <concepts>
#include <cstddef>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace cbframe {

struct field;
struct signature;

/// A name of a field, or the tag of a type: owns its characters. Made of C and C++ strings; converts to types that are
/// made of characters and their number, such as std::string_view. A class of its own, because std::string takes
/// 28,000 lines to include. Throws error (errc::no_memory).
class identifier {
  public:
    identifier() noexcept = default;
    identifier(const char *text) : identifier(text, text != nullptr ? __builtin_strlen(text) : 0) {}
    template <class String>
    requires requires(const String &text) {
        { text.data() } -> std::convertible_to<const char *>;
        { text.size() } -> std::convertible_to<std::size_t>;
    }
    identifier(const String &text) : identifier(text.data(), text.size()) {}
    identifier(const identifier &other) : identifier(other.text_, other.size_) {}
    identifier(identifier &&other) noexcept
        : text_(std::exchange(other.text_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    identifier &operator=(identifier other) noexcept {
        std::swap(text_, other.text_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~identifier() { delete[] text_; }

    const char *c_str() const noexcept CBF_LIFETIMEBOUND { return text_ != nullptr ? text_ : ""; }
    const char *data() const noexcept CBF_LIFETIMEBOUND { return c_str(); }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

    template <class View>
    requires std::constructible_from<View, const char *, std::size_t>
    operator View() const { return View(data(), size()); }

    friend bool operator==(const identifier &left, const identifier &right) noexcept {
        return left.size_ == right.size_ && __builtin_memcmp(left.data(), right.data(), left.size_) == 0;
    }

  private:
    identifier(const char *text, std::size_t size) {
        if (size == 0)
            return;
        text_ = new (std::nothrow) char[size + 1];
        if (text_ == nullptr)
            detail::raise(detail::no_memory());
        __builtin_memcpy(text_, text, size);
        text_[size] = '\0';
        size_ = size;
    }

    char *text_ = nullptr;
    std::size_t size_ = 0;
};

/// Characters that another object owns. Compares and converts like an identifier.
class name_view {
  public:
    constexpr name_view(const char *text = "") noexcept : text_(text) {}
    constexpr const char *c_str() const noexcept { return text_; }
    constexpr const char *data() const noexcept { return text_; }
    constexpr std::size_t size() const noexcept { return __builtin_strlen(text_); }
    constexpr bool empty() const noexcept { return *text_ == '\0'; }

    template <class View>
    requires std::constructible_from<View, const char *, std::size_t>
    operator View() const { return View(data(), size()); }

    friend constexpr bool operator==(name_view left, name_view right) noexcept {
        return __builtin_strcmp(left.text_, right.text_) == 0;
    }

    /// To types that are made of characters and their number.
    template <class Stream>
    requires requires(Stream &to, const char *text) { to << text; }
    friend decltype(auto) operator<<(Stream &to, name_view from) { return to << from.text_; }

  private:
    const char *text_;
};

/// A C type, without sizes: those depend on the target, see abi::data_model.
/// An immutable value: copies share, comparisons compare the structure, and any thread may use it.
/// Functions that make a type throw error: errc::no_memory, and errc::invalid_argument as each one says and if it would
/// nest deeper than deepest_type. Each has a variant that does not throw: try_… stores the type in out and returns
/// CBF_OK, or returns why there is none (cbf_error_detail says more) and leaves out unchanged.
class type {
  public:
    /// A type that is only a kind. errc::invalid_argument: the kinds after long_double.
    type(type_kind kind) : handle_(cbf_type_basic(static_cast<cbf_kind>(kind))) {
        if (handle_ == nullptr) [[unlikely]]
            detail::raise(CBF_INVALID_ARGUMENT);
    }

    type(const type &other) noexcept : handle_(cbf_type_share(other.handle_)) {}
    type(type &&other) noexcept : handle_(std::exchange(other.handle_, nothing())) {} ///< leaves void
    type &operator=(type other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~type() { cbf_type_free(handle_); }

    /// The type of a handle of the C API, which is not freed; void for NULL.
    static type of(const cbf_type *handle) noexcept {
        return type(handle != nullptr ? cbf_type_share(handle) : nothing(), adopted());
    }

    /// The handle, valid as long as a copy of this type exists.
    const cbf_type *handle() const noexcept CBF_LIFETIMEBOUND { return handle_; }

    /// Pointer to any type, void if none is given.
    static type pointer(const type &target = type_kind::void_) {
        return made([&](type &out) { return try_pointer(out, target); });
    }
    [[nodiscard]] static cbf_status try_pointer(type &out, const type &target = type_kind::void_) {
        return out.take([&](const cbf_type **made) { return cbf_type_pointer(made, target.handle_); });
    }

    /// _Complex of float, double or long double, or GNU C's of an integer. errc::invalid_argument: others, such as
    /// _Bool and __int128.
    static type complex(const type &element) {
        return made([&](type &out) { return try_complex(out, element); });
    }
    [[nodiscard]] static cbf_status try_complex(type &out, const type &element) {
        return out.take([&](const cbf_type **made) { return cbf_type_complex(made, element.handle_); });
    }

    /// An enum, as large as underlying. errc::invalid_argument: that is no integer type.
    static type enumeration(const identifier &name, const type &underlying = type_kind::unsigned_int) {
        return made([&](type &out) { return try_enumeration(out, name, underlying); });
    }
    [[nodiscard]] static cbf_status try_enumeration(type &out, const identifier &name,
                                                    const type &underlying = type_kind::unsigned_int) {
        return out.take(
            [&](const cbf_type **made) { return cbf_type_enumeration(made, name.c_str(), underlying.handle_); });
    }

    /// An array of count elements; 0 is GNU C's empty array. errc::invalid_argument: the element is
    /// incomplete (void, a function, an array without a length, a record without a definition).
    static type array(const type &element, std::size_t count) {
        return made([&](type &out) { return try_array(out, element, count); });
    }
    [[nodiscard]] static cbf_status try_array(type &out, const type &element, std::size_t count) {
        return out.take([&](const cbf_type **made) { return cbf_type_array(made, element.handle_, count); });
    }

    /// An array without a length, the last field of a structure. Throws as array().
    static type flexible_array(const type &element) {
        return made([&](type &out) { return try_flexible_array(out, element); });
    }
    [[nodiscard]] static cbf_status try_flexible_array(type &out, const type &element) {
        return out.take([&](const cbf_type **made) { return cbf_type_flexible_array(made, element.handle_); });
    }

    /// A SIMD vector of 8, 16, 32 or 64 bytes: count integers, floats or doubles, no _Bool. One of long has such a size
    /// by some data model, and does not exist by others. errc::invalid_argument: others.
    static type vector(const type &element, std::size_t count) {
        return made([&](type &out) { return try_vector(out, element, count); });
    }
    [[nodiscard]] static cbf_status try_vector(type &out, const type &element, std::size_t count) {
        return out.take([&](const cbf_type **made) { return cbf_type_vector(made, element.handle_, count); });
    }

    /// A struct or union. The name may be empty. errc::invalid_argument, and what() names the field:
    /// - a field has an incomplete type, but for a flexible array at the end of a structure that has more;
    /// - a bit-field is no integer, wider than its type by any data model, or named and of width 0;
    /// - an alignment is no power of two up to 2^28, or pack none up to 16.
    static type structure(const identifier &name, const std::vector<field> &fields,
                          const record_attributes &attributes = {});
    static type union_(const identifier &name, const std::vector<field> &fields,
                       const record_attributes &attributes = {});
    [[nodiscard]] static cbf_status try_structure(type &out, const identifier &name, const std::vector<field> &fields,
                                                  const record_attributes &attributes = {});
    [[nodiscard]] static cbf_status try_union(type &out, const identifier &name, const std::vector<field> &fields,
                                              const record_attributes &attributes = {});

    /// A struct or union of which only the name is known, for pointers. With it a structure can contain a pointer to
    /// itself.
    static type incomplete_structure(const identifier &name) {
        return made([&](type &out) { return try_incomplete_structure(out, name); });
    }
    static type incomplete_union(const identifier &name) {
        return made([&](type &out) { return try_incomplete_union(out, name); });
    }
    [[nodiscard]] static cbf_status try_incomplete_structure(type &out, const identifier &name) {
        return out.take([&](const cbf_type **made) { return cbf_type_incomplete_structure(made, name.c_str()); });
    }
    [[nodiscard]] static cbf_status try_incomplete_union(type &out, const identifier &name) {
        return out.take([&](const cbf_type **made) { return cbf_type_incomplete_union(made, name.c_str()); });
    }

    /// A function, to make pointers to it.
    static type function(const signature &signature) {
        return made([&](type &out) { return try_function(out, signature); });
    }
    [[nodiscard]] static cbf_status try_function(type &out, const signature &signature);

    type_kind kind() const noexcept { return static_cast<type_kind>(cbf_type_kind(handle_)); }

    /// Tag of a struct, union or enum; else empty. Lives as long as the type.
    name_view name() const noexcept { return cbf_type_name(handle_); }

    /// The target of a pointer, the element of an array, vector or complex, the underlying type of an enum. Throws
    /// error (errc::invalid_argument) for other kinds.
    type element() const {
        const cbf_type *const found = cbf_type_element(handle_);
        if (found == nullptr) [[unlikely]]
            detail::raise(cbf_v1_fail(CBF_INVALID_ARGUMENT, "the type has no element type"));
        return of(found);
    }

    /// Length of an array or vector; none for a flexible array and for other kinds.
    std::optional<std::size_t> count() const noexcept {
        std::size_t found = 0;
        return cbf_type_count(handle_, &found) != 0 ? std::optional<std::size_t>(found) : std::nullopt;
    }

    /// Fields of a struct or union in order; empty for other kinds. Throws error (errc::no_memory), std::bad_alloc.
    std::vector<field> fields() const;

    /// Attributes of a struct or union; those of no attribute for other kinds.
    record_attributes attributes() const noexcept {
        const cbf_record_attributes from = cbf_type_attributes(handle_);
        return {from.alignment, from.pack, from.packed != 0};
    }

    /// The signature of a function. Throws error (errc::invalid_argument) for other kinds, std::bad_alloc.
    signature called() const;

    /// How deep it nests: 0 for a type that is only a kind, 1 for a pointer to one or a struct of such types.
    std::size_t depth() const noexcept { return cbf_type_depth(handle_); }

    /// Equal for copies of a type.
    const void *identity() const noexcept { return cbf_type_identity(handle_); }

    /// Whether it has a size: not void, a function, a flexible array, nor a record without a definition.
    bool is_complete() const noexcept { return cbf_type_is_complete(handle_) != 0; }

    bool is_integer() const noexcept { return kind() >= type_kind::bool_ && kind() <= type_kind::unsigned_int128; }
    bool is_floating() const noexcept { return kind() >= type_kind::float_ && kind() <= type_kind::long_double; }
    bool is_record() const noexcept { return kind() == type_kind::structure || kind() == type_kind::union_; }

    /// Same kind, name, elements, fields and attributes. Throws error (errc::no_memory).
    friend bool operator==(const type &left, const type &right) {
        const int answered = cbf_type_equal(left.handle_, right.handle_);
        if (answered < 0) [[unlikely]]
            detail::raise(CBF_NO_MEMORY);
        return answered == 1;
    }

  private:
    struct adopted {};
    type(const cbf_type *handle, adopted) noexcept : handle_(handle) {}

    static const cbf_type *nothing() noexcept { return cbf_type_basic(CBF_KIND_VOID); }

    template <class Try>
    static type made(Try try_make) {
        type out(nothing(), adopted());
        detail::check(try_make(out));
        return out;
    }

    template <class Make>
    cbf_status take(Make make) noexcept {
        const cbf_type *fresh = nullptr;
        const cbf_status status = make(&fresh);
        if (status == CBF_OK)
            cbf_type_free(std::exchange(handle_, fresh));
        return status;
    }

    const cbf_type *handle_;
};

/// A member of a struct or union.
struct field {
    identifier name = {};              ///< may be empty: a bit-field without a name is padding
    cbframe::type type;                ///< the declared type
    std::optional<unsigned> bits = {}; ///< width of a bit-field
    std::size_t alignment = 0;         ///< minimum, as _Alignas; 0: that of the type
    bool packed = false;               ///< __attribute__((packed)) on this field alone

    bool operator==(const field &) const = default;
};

/// The result and the parameters of a function.
struct signature {
    type result = type_kind::void_;
    std::vector<type> parameters = {}; ///< the named ones
    bool variadic = false;             ///< whether `...` follows them

    /// The signature of a C++ function type: `signature::of<int(double, point)>()`. Declared here, defined in
    /// type_of.hpp.
    template <class Function>
    static signature of();

    bool operator==(const signature &) const = default;
};

namespace detail {

/// The handles of types, which must live as long.
template <class Types>
std::vector<const cbf_type *> handles_of(const Types &types) {
    std::vector<const cbf_type *> handles;
    handles.reserve(types.size());
    for (const type &each : types)
        handles.push_back(each.handle());
    return handles;
}

/// A width that is none of any type stays none.
constexpr int c_width(unsigned bits) noexcept {
    constexpr unsigned most = 0x7fffffff;
    return static_cast<int>(bits < most ? bits : most);
}

inline std::vector<cbf_field> c_fields(const std::vector<field> &fields) {
    std::vector<cbf_field> converted;
    converted.reserve(fields.size());
    for (const field &each : fields)
        converted.push_back({each.name.c_str(), each.type.handle(), each.bits ? c_width(*each.bits) : 0, each.alignment,
                             each.packed ? 1 : 0, each.bits == 0U ? 1 : 0});
    return converted;
}

inline cbf_record_attributes c_attributes(const record_attributes &attributes) noexcept {
    return {attributes.alignment, attributes.pack, attributes.packed ? 1 : 0};
}

} // namespace detail

inline cbf_status type::try_structure(type &out, const identifier &name, const std::vector<field> &fields,
                                      const record_attributes &attributes) {
    const std::vector<cbf_field> converted = detail::c_fields(fields);
    const cbf_record_attributes says = detail::c_attributes(attributes);
    return out.take([&](const cbf_type **made) {
        return cbf_type_structure(made, name.c_str(), converted.data(), converted.size(), &says);
    });
}

inline cbf_status type::try_union(type &out, const identifier &name, const std::vector<field> &fields,
                                  const record_attributes &attributes) {
    const std::vector<cbf_field> converted = detail::c_fields(fields);
    const cbf_record_attributes says = detail::c_attributes(attributes);
    return out.take([&](const cbf_type **made) {
        return cbf_type_union(made, name.c_str(), converted.data(), converted.size(), &says);
    });
}

inline type type::structure(const identifier &name, const std::vector<field> &fields,
                            const record_attributes &attributes) {
    return made([&](type &out) { return try_structure(out, name, fields, attributes); });
}

inline type type::union_(const identifier &name, const std::vector<field> &fields,
                         const record_attributes &attributes) {
    return made([&](type &out) { return try_union(out, name, fields, attributes); });
}

inline cbf_status type::try_function(type &out, const signature &signature) {
    const std::vector<const cbf_type *> parameters = detail::handles_of(signature.parameters);
    return out.take([&](const cbf_type **made) {
        return cbf_type_function(made, signature.result.handle_, parameters.data(), parameters.size(),
                                 signature.variadic ? 1 : 0);
    });
}

inline std::vector<field> type::fields() const {
    std::vector<field> all;
    const std::size_t count = cbf_type_field_count(handle_);
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        cbf_field from;
        detail::check(cbf_type_field_at(handle_, i, &from));
        all.push_back({from.name, of(from.type), {}, from.alignment, from.packed != 0});
        if (from.bits > 0 || from.zero_width != 0)
            all.back().bits = static_cast<unsigned>(from.bits);
    }
    return all;
}

inline signature type::called() const {
    const cbf_type *const result = cbf_type_result(handle_);
    if (result == nullptr) [[unlikely]]
        detail::raise(cbf_v1_fail(CBF_INVALID_ARGUMENT, "the type is no function"));
    signature found{of(result), {}, cbf_type_is_variadic(handle_) != 0};
    const std::size_t count = cbf_type_parameter_count(handle_);
    found.parameters.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        found.parameters.push_back(of(cbf_type_parameter(handle_, i)));
    return found;
}

} // namespace cbframe

#endif
