#include "names.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace cbf::c_api {

namespace {

template <class Integer>
constexpr type_kind kind_of() {
    constexpr bool is_signed = static_cast<Integer>(-1) < 0;
    if constexpr (sizeof(Integer) == 1)
        return is_signed ? type_kind::signed_char : type_kind::unsigned_char;
    if constexpr (sizeof(Integer) == sizeof(short))
        return is_signed ? type_kind::short_ : type_kind::unsigned_short;
    if constexpr (std::same_as<Integer, int> || std::same_as<Integer, unsigned>)
        return is_signed ? type_kind::int_ : type_kind::unsigned_int;
    if constexpr (std::same_as<Integer, long> || std::same_as<Integer, unsigned long>)
        return is_signed ? type_kind::long_ : type_kind::unsigned_long;
    return is_signed ? type_kind::long_long : type_kind::unsigned_long_long;
}

constexpr struct {
    const char *name;
    type_kind kind;
} names_of_c[] = {
    {"bool", type_kind::bool_},
    {"size_t", kind_of<std::size_t>()},
    {"ptrdiff_t", kind_of<std::ptrdiff_t>()},
    {"intptr_t", kind_of<std::intptr_t>()},
    {"uintptr_t", kind_of<std::uintptr_t>()},
    {"int8_t", kind_of<std::int8_t>()},
    {"uint8_t", kind_of<std::uint8_t>()},
    {"int16_t", kind_of<std::int16_t>()},
    {"uint16_t", kind_of<std::uint16_t>()},
    {"int32_t", kind_of<std::int32_t>()},
    {"uint32_t", kind_of<std::uint32_t>()},
    {"int64_t", kind_of<std::int64_t>()},
    {"uint64_t", kind_of<std::uint64_t>()},
};

/// Of a struct, union or enum its keyword and tag, "" where it has none.
std::string tag_of(const type &named) {
    if (named.name()[0] == '\0')
        return "";
    switch (named.kind()) {
    case type_kind::structure:
        return std::string("struct ") + named.name();
    case type_kind::union_:
        return std::string("union ") + named.name();
    default:
        return std::string("enum ") + named.name();
    }
}

} // namespace

type_names names_of(const cbf_named_type *names, std::size_t count) {
    if (names == nullptr && count != 0)
        throw std::invalid_argument("names is NULL");
    type_names all;
    for (std::size_t i = 0; i < count; ++i) {
        if (names[i].type == nullptr)
            throw std::invalid_argument("the type of name " + std::to_string(i + 1) + " is NULL");
        const type named = type::of(names[i].type);
        if (names[i].name != nullptr)
            all.emplace(names[i].name, named);
        all.emplace(tag_of(named), named);
    }
    for (const auto &each : names_of_c)
        all.emplace(each.name, each.kind);
    return all;
}

} // namespace cbf::c_api
