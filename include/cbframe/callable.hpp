// Callables that would call nothing.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/export.h>

#include <concepts>
#include <type_traits>

namespace cbframe::detail {

/// Whether it may be null: pointers, std::function and its like. What is without state is not, though it converts.
template <class T>
concept nullable = !std::is_function_v<T> && !std::is_empty_v<T> && requires(const T &value) {
    { value == nullptr } -> std::convertible_to<bool>;
};

/// Throws std::invalid_argument.
[[noreturn]] CBF_API void refuse_null();

/// Of a callable, or of the object of one.
template <class T>
void refuse_if_null(const T &value) {
    if constexpr (nullable<T>)
        if (value == nullptr) [[unlikely]]
            refuse_null();
}

} // namespace cbframe::detail

#endif
