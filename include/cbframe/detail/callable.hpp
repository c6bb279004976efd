// Callables: those that would call nothing, and how others are called.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/error.hpp>

#include <concepts>
#include <type_traits>

namespace cbframe::detail {

/// Whether it may be null: pointers, std::function and its like. What is without state is not, though it converts.
template <class T>
concept nullable = !std::is_function_v<T> && !std::is_empty_v<T> && requires(const T &value) {
    { value == nullptr } -> std::convertible_to<bool>;
};

/// Whether there is nothing to call: of a callable, or of the object of one.
template <class T>
bool is_null(const T &value) {
    if constexpr (nullable<T>)
        return value == nullptr;
    else
        return false;
}

inline cbf_status null_callable() noexcept {
    return cbf_v1_fail(CBF_INVALID_ARGUMENT, "a null pointer or an empty std::function is no callable");
}

// Arguments convert as the callable's parameters ask, which the file that includes this may warn of.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wfloat-conversion"
#pragma GCC diagnostic ignored "-Wdouble-promotion"

/// The object that a pointer to member is applied to: itself, what a std::reference_wrapper refers to, or what a
/// pointer points at.
template <class Class, class Object>
constexpr decltype(auto) object_of(Object &&object) {
    if constexpr (std::is_base_of_v<Class, std::remove_cvref_t<Object>>)
        return static_cast<Object &&>(object);
    else if constexpr (requires { *static_cast<Object &&>(object); })
        return *static_cast<Object &&>(object);
    else
        return object.get();
}

template <class Member, class Class, class Object, class... Args>
constexpr decltype(auto) invoke_member(Member Class::*const member, Object &&object, Args &&...args) {
    if constexpr (std::is_function_v<Member>)
        return (object_of<Class>(static_cast<Object &&>(object)).*member)(static_cast<Args &&>(args)...);
    else
        return (object_of<Class>(static_cast<Object &&>(object)).*member);
}

/// As std::invoke, which takes 39,000 lines to include.
template <class Callable, class... Args>
constexpr decltype(auto) invoke(Callable &callable, Args &&...args) {
    if constexpr (std::is_member_pointer_v<Callable>)
        return invoke_member(callable, static_cast<Args &&>(args)...);
    else
        return callable(static_cast<Args &&>(args)...);
}

#pragma GCC diagnostic pop

} // namespace cbframe::detail

#endif
