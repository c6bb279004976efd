// The types of libffi as ours.
#pragma once

#include <cbframe/cbframe.h>

#include <ffi.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace cbf_ffi {

struct type_deleter {
    void operator()(const cbf_type *type) const noexcept { cbf_type_free(type); }
};
using type_owner = std::unique_ptr<const cbf_type, type_deleter>;

/// Ends the elements of a structure in a description; no type has this number.
inline constexpr std::uint32_t end_of_elements = 0xffff;

/// Types one in another, as many as ours nest but for what stands for a structure of a wrong size.
inline constexpr unsigned deepest = 250;

/// Whether a type has elements: structures, and vectors where libffi has such (since 3.8).
constexpr bool has_elements(unsigned type) noexcept {
#ifdef FFI_TYPE_VECTOR
    return type == FFI_TYPE_STRUCT || type == FFI_TYPE_VECTOR;
#else
    return type == FFI_TYPE_STRUCT;
#endif
}

/// Says in numbers all that calls depend on of a type: types of the same numbers are passed alike. to.put() takes them
/// one by one, and answers false to end it. False: ended, or there is no such type.
template <class Numbers>
bool describe(Numbers &to, const ffi_type *type, unsigned depth = 0) {
    if (type == nullptr || type->type > FFI_TYPE_LAST || depth > deepest || !to.put(type->type))
        return false;
    if (type->type == FFI_TYPE_COMPLEX)
        return type->elements != nullptr && describe(to, type->elements[0], depth + 1);
    if (!has_elements(type->type))
        return true;
    constexpr std::size_t largest = std::numeric_limits<std::uint32_t>::max();
    if (type->size == 0 || type->size > largest || type->elements == nullptr ||
        !to.put(static_cast<std::uint32_t>(type->size)) || !to.put(type->alignment))
        return false;
    for (ffi_type *const *element = type->elements; *element != nullptr; ++element)
        if (!describe(to, *element, depth + 1))
            return false;
    return to.put(end_of_elements);
}

/// The type that those numbers stand for; takes as many as it needs. Null if it cannot be made.
type_owner make_type(const std::uint32_t *&numbers);

} // namespace cbf_ffi
