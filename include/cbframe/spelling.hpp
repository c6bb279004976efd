// Types and signatures as C spells them.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/detail/text.hpp>
#include <cbframe/type.hpp>

#include <cstddef>
#include <string>

namespace cbframe {

/// The type as C spells it: `unsigned long`, `struct point *`, `float __attribute__((vector_size(16)))`.
/// A record without a name is `struct {…}`. Beyond 16,384 characters `…` replaces all further parameters.
/// declarator: what C writes inside the type, such as the name of a variable.
/// Throws error (errc::no_memory), std::bad_alloc.
inline std::string to_string(const type &type, const identifier &declarator = {}) {
    return detail::text_of([&](char *buffer, std::size_t size, std::size_t *length) {
        return cbf_type_format_declaration(type.handle(), declarator.c_str(), buffer, size, length);
    });
}

/// The signature as C spells it, by the same rules: `int (struct point, char *, ...)`. Throws as type::function(), too.
inline std::string to_string(const signature &signature) { return to_string(type::function(signature)); }

} // namespace cbframe

#endif
