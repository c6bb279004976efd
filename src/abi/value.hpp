// Questions about a type that every family asks.
#pragma once

#include "abi/known_model.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace cbf::abi {

constexpr std::size_t round_up(std::size_t value, std::size_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

/// The integer under an enum; every other type itself.
inline const type &laid_out_as(const type &type) {
    return type.kind() == type_kind::enumeration ? type.element() : type;
}

inline bool is_integer_or_pointer(const type &type) {
    return laid_out_as(type).is_integer() || type.kind() == type_kind::pointer;
}

/// How an integer narrower than int is extended to it; none for everything else. Plain char is signed.
extension extension_of(const type &type);

/// The type, size and alignment of a value, no pieces yet. Throws std::invalid_argument, beginning with what the
/// value is called, if it cannot be passed by value.
value_layout measure(known_model &model, const type &type, const std::string &name);

/// The same for a result: void has no bytes.
value_layout measure_result(known_model &model, const type &type);

/// The only value of a one-member record, array or nest of those, if it fills it; else the type itself.
const type &sole_element(known_model &model, const type &type);

/// Whether a structure ends in an array without a length.
bool has_flexible_array(const type &type);

/// Whether it is a record without fields, or of nothing but such and arrays of such: C++ gives it bytes all the same.
bool is_empty(const type &type);

/// The same of one that may have unnamed bit-fields.
bool is_padding(const type &type);

/// Values of one floating or vector type, and nothing else.
struct homogeneous_aggregate {
    std::size_t element_size;
    std::size_t count;
};

/// The same float, double or vector type 1 to most times, without padding; else nothing. skips_ends_of_units: a
/// bit-field of width 0 changes nothing of that.
std::optional<homogeneous_aggregate> homogeneous_of(known_model &model, const type &type, std::size_t most,
                                                    bool skips_ends_of_units = false);

/// "argument 3": counted from 1.
std::string argument_name(std::size_t index);

/// Marks the pieces of a small integer with how they are extended.
void extend(value_layout &value, std::size_t to);

/// A piece for bytes [offset, offset + size) of a value.
inline piece in_register(std::size_t offset, std::size_t size, const register_bank &bank, unsigned number) {
    return {.offset = offset, .size = size, .in = machine_register{&bank, number}};
}

inline piece on_stack(std::size_t offset, std::size_t size, std::size_t stack) {
    return {.offset = offset, .size = size, .in = std::nullopt, .stack = stack};
}

} // namespace cbf::abi
