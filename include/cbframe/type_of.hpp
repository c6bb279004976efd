// C++ types as C types at run time.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/detail/description.hpp>
#include <cbframe/type.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace cbframe {

/// Describes the members of a class or union. Specialise it for a class that is passed by value:
///
///     template <> struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y> {};
///     template <> struct cbframe::describe<number> : cbframe::union_fields<&number::i, &number::d> {};
///
/// or with a function, for bit-fields: `static cbframe::type get();`. The compiler compares size and offsets with those
/// of the class; of a type that a function returns, only size and alignment are compared, when the first callback is
/// made. After `#include <cbframe/pfr.hpp>` a plain aggregate of scalars, vectors and other aggregates needs no
/// description.
template <class T>
struct describe;

/// The C type that T is passed as: a reference is a pointer, and so is an object of a class that is not trivial for the
/// purposes of calls (Itanium C++ ABI, 3.1.2.3). Not for objects that contain one. A class needs a description, see
/// above; throws error if a description's function returns another size or alignment than the class has.
template <class T>
type type_of();

namespace detail {

#if defined(__SIZEOF_INT128__)
__extension__ typedef __int128 signed_128;
__extension__ typedef unsigned __int128 unsigned_128;
#else // the target has no such type
struct signed_128;
struct unsigned_128;
#endif

template <class T>
concept described = requires {
    { describe<T>::get() } -> std::same_as<type>;
};

/// Of a type, in words with its name.
template <class T>
consteval const char *words_of() {
    return __PRETTY_FUNCTION__;
}

/// Whether a template is called std::complex, in whatever version of that namespace: to include it takes 52,000 lines.
consteval bool is_called_complex(const char *words) {
    const auto follows = [&](const char *text) {
        const char *at = words;
        while (*text != '\0' && *at == *text)
            ++at, ++text;
        if (*text != '\0')
            return false;
        words = at;
        return true;
    };
    while (*words != '\0' && !follows(" = std::"))
        ++words;
    while (*words != '\0' && *words != '<' && !follows("complex<"))
        ++words;
    return words[-1] == '<';
}

template <class T>
inline constexpr bool is_complex = false;
template <template <class> class Template, class T>
requires std::is_floating_point_v<T>
inline constexpr bool is_complex<Template<T>> = is_called_complex(words_of<Template<T>>());

/// __attribute__((vector_size)) types and _Complex: objects of no kind that the standard knows.
template <class T>
concept extension_type =
    std::is_object_v<T> && !std::is_scalar_v<T> && !std::is_class_v<T> && !std::is_union_v<T> && !std::is_array_v<T>;

/// Whether "arm_sve_vector_bits" is in a type's name: a vector of SVE whose length the compiler was told.
consteval bool is_called_sve(const char *words) {
    const char *const name = "arm_sve_vector_bits";
    for (; *words != '\0'; ++words) {
        std::size_t same = 0;
        while (name[same] != '\0' && words[same] == name[same])
            ++same;
        if (name[same] == '\0')
            return true;
    }
    return false;
}

/// Vectors of a size that only the CPU knows, or that the compiler was told, as SVE's: no object consists of them, and
/// they are passed by rules of their own.
template <class T>
concept scalable = extension_type<T> &&(!requires { sizeof(T); } || is_called_sve(words_of<T>()));

template <class... Types>
inline constexpr bool has_scalable = (scalable<std::remove_cv_t<Types>> || ...);

template <class T>
concept vector_type = extension_type<T> && requires(T v) {
    v[0];
};

template <class T>
concept gnu_complex = extension_type<T> && !vector_type<T> && requires(T v) {
    __real__ v;
};

template <class T>
constexpr type_kind integer_kind() {
    if constexpr (std::is_same_v<T, bool>)
        return type_kind::bool_;
    else if constexpr (std::is_same_v<T, char>)
        return type_kind::char_;
    else if constexpr (sizeof(T) == 1)
        return std::is_signed_v<T> ? type_kind::signed_char : type_kind::unsigned_char;
    else if constexpr (sizeof(T) == sizeof(short))
        return std::is_signed_v<T> ? type_kind::short_ : type_kind::unsigned_short;
    else if constexpr (std::is_same_v<T, long>)
        return type_kind::long_;
    else if constexpr (std::is_same_v<T, unsigned long>)
        return type_kind::unsigned_long;
    else if constexpr (sizeof(T) == sizeof(int))
        return std::is_signed_v<T> ? type_kind::int_ : type_kind::unsigned_int;
    else
        return std::is_signed_v<T> ? type_kind::long_long : type_kind::unsigned_long_long;
}

template <class T>
type member_type() {
    if constexpr (std::is_unbounded_array_v<T>)
        return type::flexible_array(member_type<std::remove_extent_t<T>>());
    else if constexpr (std::is_array_v<T>)
        return type::array(member_type<std::remove_extent_t<T>>(), std::extent_v<T>);
    else
        return type_of<T>();
}

/// "f0", "f1", …
inline void append_field(std::vector<field> &fields, type of) {
    char digits[24];
    char *first = digits + sizeof(digits);
    std::size_t number = fields.size();
    do
        *--first = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    *--first = 'f';
    const struct {
        const char *text;
        std::size_t length;
        const char *data() const { return text; }
        std::size_t size() const { return length; }
    } name{first, static_cast<std::size_t>(digits + sizeof(digits) - first)};
    fields.push_back({.name = name, .type = std::move(of), .bits = {}});
}

template <auto... Members>
std::vector<field> fields_of() {
    std::vector<field> fields;
    (append_field(fields, member_type<type_of_member<Members>>()), ...);
    return fields;
}

template <class T>
type class_type() {
    if constexpr (requires { describe<T>::template description_of<T>(); }) {
        using description = decltype(describe<T>::template description_of<T>());
        if constexpr (description::is_true)
            return describe<T>::get();
        else
            description::explain();
    } else if constexpr (described<T>) {
        type description = describe<T>::get();
        check(cbf_v1_check_description(description.handle(), sizeof(T), alignof(T), words_of<T>()));
        return description;
    } else if constexpr (is_complex<T>)
        return type::structure(
            "", {{.name = "value", .type = type::complex(type_of<typename T::value_type>()), .bits = {}}});
    else if constexpr (std::is_empty_v<T> && std::is_aggregate_v<T> && is_of_size<T>(0))
        return type::structure("", {});
    else
        static_assert(described<T>, "specialise cbframe::describe for this class: "
                                    "template <> struct cbframe::describe<T> : cbframe::fields<&T::a, &T::b> {}; "
                                    "or, of a plain aggregate, include <cbframe/pfr.hpp>");
}

/// Whether copies of a class that are made of a From are copies of bytes, or there are none.
template <class T, class From>
inline constexpr bool copies_bytes = !std::is_constructible_v<T, From> || std::is_trivially_constructible_v<T, From>;

/// Whether a class is trivial for the purposes of calls (Itanium C++ ABI, 1.1): what is deleted does not count unless
/// no copy or move constructor is left. A constructor that is a template is none of either.
template <class T>
consteval bool is_trivial_for_calls() {
    struct stranger {};
    if constexpr (!std::is_trivially_destructible_v<T> || !copies_bytes<T, const T &> ||
                  !(std::is_copy_constructible_v<T> || std::is_move_constructible_v<T>))
        return false;
    else if constexpr (copies_bytes<T, T> && copies_bytes<T, T &>)
        return true;
    else // as far as the constructor that was found is a template
        return std::is_constructible_v<T, stranger> && std::is_constructible_v<T, stranger &>;
}

/// Whether it is passed by the address of a temporary object.
template <class T>
inline constexpr bool is_passed_by_address = false;
template <class T>
requires(std::is_class_v<T> ||
         std::is_union_v<T>) inline constexpr bool is_passed_by_address<T> = !is_trivial_for_calls<T>();

} // namespace detail

/// A structure whose fields, in order, are these members, of the class or of its bases.
template <auto... Members>
struct fields {
    static type get() { return type::structure("", detail::fields_of<Members...>()); }
    template <class T>
    static detail::structure_description<T, Members...> description_of();
};

/// A union of these members.
template <auto... Members>
struct union_fields {
    static type get() { return type::union_("", detail::fields_of<Members...>()); }
    template <class T>
    static detail::union_description<T, Members...> description_of();
};

template <class T>
type type_of() {
    using plain = std::remove_cv_t<T>;
    if constexpr (std::is_void_v<plain>)
        return type_kind::void_;
    else if constexpr (std::is_reference_v<plain> || std::is_pointer_v<plain> || std::is_null_pointer_v<plain> ||
                       detail::is_passed_by_address<plain>)
        return type::pointer();
    else if constexpr (std::is_same_v<plain, float>)
        return type_kind::float_;
    else if constexpr (std::is_same_v<plain, double>)
        return type_kind::double_;
    else if constexpr (std::is_same_v<plain, long double>)
        return type_kind::long_double;
    else if constexpr (std::is_enum_v<plain>)
        return type::enumeration("", type_of<std::underlying_type_t<plain>>());
    else if constexpr (std::is_same_v<plain, detail::signed_128>)
        return type_kind::int128;
    else if constexpr (std::is_same_v<plain, detail::unsigned_128>)
        return type_kind::unsigned_int128;
    else if constexpr (std::is_integral_v<plain>)
        return detail::integer_kind<plain>();
    else if constexpr (std::is_member_object_pointer_v<plain>)
        return type_of<std::ptrdiff_t>(); // Itanium C++ ABI, 2.3
    else if constexpr (std::is_member_function_pointer_v<plain>)
        return type::structure("", {{.name = "ptr", .type = type_of<std::ptrdiff_t>(), .bits = {}},
                                    {.name = "adj", .type = type_of<std::ptrdiff_t>(), .bits = {}}});
    else if constexpr (detail::scalable<plain>)
        static_assert(!detail::scalable<plain>, "cbframe passes no vectors of SVE, nor others whose size is the CPU's: "
                                                "pass a pointer");
    else if constexpr (detail::vector_type<plain>)
        return type::vector(type_of<std::remove_cvref_t<decltype(std::declval<plain>()[0])>>(),
                            sizeof(plain) / sizeof(std::declval<plain>()[0]));
    else if constexpr (detail::gnu_complex<plain>)
        return type::complex(type_of<std::remove_cvref_t<decltype(__real__ std::declval<plain>())>>());
    else if constexpr (std::is_class_v<plain> || std::is_union_v<plain>)
        return detail::class_type<plain>();
    else
        static_assert(std::is_scalar_v<plain>,
                      "cbframe::type_of is given a type that C does not pass: of an array or a "
                      "function, write a pointer to it");
}

namespace detail {

#if defined(__clang__) && (defined(__i386__) || defined(__riscv))
inline constexpr bool is_riscv = sizeof(void *) == 8, passes_no_empty = !is_riscv || __clang_major__ < 17;

inline bool any_member(const type &of, bool (*is)(const type &)) {
    for (const field &each : of.fields())
        if (!(each.bits && each.name.empty()) && any_member(each.type, is))
            return true;
    return of.kind() == type_kind::array ? any_member(of.element(), is) : !of.is_record() && is(of);
}

// Of what clang passes otherwise than g++. Nothing at compile time sees unnamed bit-fields, nor members of members.
inline void check_parameter(const type &parameter) {
    if (passes_no_empty && !any_member(parameter, [](const type &) { return true; }))
        raise(cbf_v1_fail(CBF_BAD_TYPE, "clang passes no class without named members here: leave it out"));
    if (is_riscv && parameter.is_record() && any_member(parameter, [](const type &member) {
            return member.kind() == type_kind::complex && !member.element().is_floating();
        }))
        raise(cbf_v1_fail(CBF_BAD_TYPE, "clang and g++ disagree on complex integers in a class: pass a pointer"));
}

template <class... Args>
inline constexpr bool has_empty = passes_no_empty && (std::is_empty_v<std::remove_cv_t<Args>> || ...);
#else
inline void check_parameter(const type &) noexcept {}

template <class... Args>
inline constexpr bool has_empty = false;
#endif

inline std::vector<type> make_types(type (*const *makers)(), std::size_t count) {
    std::vector<type> types;
    types.reserve(count);
    for (std::size_t i = 0; i < count; i++) {
        types.push_back(makers[i]());
        check_parameter(types.back());
    }
    return types;
}

// A table, which compilers make faster than calls, and those for many.
template <class... Args>
std::vector<type> types_of() {
    static_assert(!has_empty<Args...>,
                  "clang passes no class without members here, g++ passes a word: leave it out of the signature");
    static constexpr type (*makers[])() = {type_of<Args>..., nullptr};
    return make_types(makers, sizeof...(Args));
}

template <class Function>
struct signature_parts {
    static_assert(std::is_function_v<Function>, "cbframe::signature::of is given a type that is no function: write "
                                                "signature::of<int(double)>() for an int (*)(double)");
    static_assert(
        !std::is_function_v<Function>,
        "cbframe::signature::of is given a function type with a calling convention, or with const, volatile, & or "
        "&& behind the parameters: write signature::of<int(double)>(), and give the convention to the closure");
    static signature get() { return {}; }
};

template <class R>
type type_of_result() {
    static_assert(!is_passed_by_address<R>,
                  "cbframe::signature::of is given a function that returns an object of a class "
                  "that is no copy of bytes: a closure cannot make one, a cbframe::callback can");
    return type_of<R>();
}

template <class R, class... Args>
struct signature_parts<R(Args...)> {
    static signature get() { return {type_of_result<R>(), types_of<Args...>(), false}; }
};
template <class R, class... Args>
struct signature_parts<R(Args..., ...)> {
    static signature get() { return {type_of_result<R>(), types_of<Args...>(), true}; }
};
template <class R, class... Args>
struct signature_parts<R(Args...) noexcept> : signature_parts<R(Args...)> {};
template <class R, class... Args>
struct signature_parts<R(Args..., ...) noexcept> : signature_parts<R(Args..., ...)> {};

} // namespace detail

template <class Function>
signature signature::of() {
    return detail::signature_parts<Function>::get();
}

} // namespace cbframe

#endif
