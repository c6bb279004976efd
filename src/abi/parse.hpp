// Types read from text, as C writes them without a declaration around: "double (int, char *)".
#pragma once

#include "abi/type.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace cbf {

/// What a text may call types, beside what C does: "size_t", "struct point".
using type_names = std::unordered_map<std::string, type>;

/// Reads a type: scalars, _Complex, pointers, arrays, functions, and names. Parameters may have names, which are left
/// out, as `const`, `volatile` and `restrict` are; a parameter that is an array or a function is a pointer. A struct or
/// union whose tag is no name is incomplete. Throws std::invalid_argument, which says where the text goes wrong.
type parse_type(std::string_view text, const type_names &names);

} // namespace cbf
