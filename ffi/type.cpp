#include "type.hpp"

#include <vector>

namespace cbf_ffi {

namespace {

int kind_of(std::uint32_t type) noexcept {
    switch (type) {
    case FFI_TYPE_INT:
    case FFI_TYPE_SINT32:
        return CBF_KIND_INT32;
    case FFI_TYPE_UINT8:
        return CBF_KIND_UINT8;
    case FFI_TYPE_SINT8:
        return CBF_KIND_INT8;
    case FFI_TYPE_UINT16:
        return CBF_KIND_UINT16;
    case FFI_TYPE_SINT16:
        return CBF_KIND_INT16;
    case FFI_TYPE_UINT32:
        return CBF_KIND_UINT32;
    case FFI_TYPE_UINT64:
        return CBF_KIND_UINT64;
    case FFI_TYPE_SINT64:
        return CBF_KIND_INT64;
    case FFI_TYPE_FLOAT:
        return CBF_KIND_FLOAT;
    case FFI_TYPE_DOUBLE:
        return CBF_KIND_DOUBLE;
    case FFI_TYPE_LONGDOUBLE:
        return CBF_KIND_LONG_DOUBLE;
    case FFI_TYPE_VOID:
        return CBF_KIND_VOID;
#ifdef FFI_TYPE_SINT128
    case FFI_TYPE_SINT128:
        return CBF_KIND_INT128;
    case FFI_TYPE_UINT128:
        return CBF_KIND_UNSIGNED_INT128;
#endif
    default:
        return -1;
    }
}

template <class Make, class... Args>
type_owner made(Make make, Args... args) {
    const cbf_type *out = nullptr;
    return type_owner(make(&out, args...) == CBF_OK ? out : nullptr);
}

struct shape {
    std::size_t size, alignment;
    bool operator==(const shape &) const = default;
};

/// A structure of these fields, if that has the shape.
type_owner structure_if(const std::vector<cbf_field> &fields, const cbf_record_attributes &attributes,
                        const shape &expected) {
    type_owner type = made(cbf_type_structure, nullptr, fields.data(), fields.size(), &attributes);
    shape found{};
    if (type == nullptr || cbf_type_size(type.get(), &found.size) != CBF_OK ||
        cbf_type_alignment(type.get(), &found.alignment) != CBF_OK || found != expected)
        return nullptr;
    return type;
}

/// What C calls a structure of this shape. Programs lay structures out themselves: with an alignment of their own,
/// packed, or with elements that stand for others. What has no better name is so many bytes.
type_owner structure(const std::vector<cbf_field> &fields, const shape &expected) {
    cbf_record_attributes attributes{};
    if (type_owner natural = structure_if(fields, attributes, expected))
        return natural;
    attributes.alignment = expected.alignment;
    if (type_owner aligned = structure_if(fields, attributes, expected))
        return aligned;
    attributes.packed = 1;
    if (type_owner packed = structure_if(fields, attributes, expected))
        return packed;
    attributes.packed = 0;
    const type_owner bytes = made(cbf_type_array, cbf_type_basic(CBF_KIND_UINT8), expected.size);
    if (bytes == nullptr)
        return nullptr;
    const cbf_field whole{nullptr, bytes.get(), 0, 0, 0, 0};
    return made(cbf_type_structure, nullptr, &whole, std::size_t{1}, &attributes);
}

/// What a structure or vector is made of. False if one of them is nothing that has a size.
bool take_elements(const std::uint32_t *&numbers, std::vector<type_owner> &elements) {
    bool are_complete = true;
    while (*numbers != end_of_elements) {
        elements.push_back(make_type(numbers));
        are_complete = are_complete && elements.back() != nullptr && cbf_type_is_complete(elements.back().get()) != 0;
    }
    ++numbers;
    return are_complete && !elements.empty();
}

type_owner make_structure(const shape &expected, const std::vector<type_owner> &elements) {
    std::vector<cbf_field> fields;
    for (const type_owner &each : elements)
        fields.push_back({nullptr, each.get(), 0, 0, 0, 0});
    return structure(fields, expected);
}

/// Lanes are listed one by one, and fill up a power of two.
type_owner make_vector(const shape &expected, const std::vector<type_owner> &lanes) {
    std::size_t each = 0;
    if (cbf_type_size(lanes.front().get(), &each) != CBF_OK)
        return nullptr;
    return made(cbf_type_vector, lanes.front().get(), expected.size / each);
}

type_owner make_of_elements(std::uint32_t type, const std::uint32_t *&numbers) {
    const shape expected{numbers[0], numbers[1]};
    numbers += 2;
    std::vector<type_owner> elements;
    if (!take_elements(numbers, elements))
        return nullptr;
    return type == FFI_TYPE_STRUCT ? make_structure(expected, elements) : make_vector(expected, elements);
}

/// gcc passes one of __int128 as a structure of two.
type_owner make_complex(const cbf_type *element) {
    if (cbf_type_kind(element) != CBF_KIND_INT128 && cbf_type_kind(element) != CBF_KIND_UNSIGNED_INT128)
        return made(cbf_type_complex, element);
    const cbf_field parts[] = {{nullptr, element, 0, 0, 0, 0}, {nullptr, element, 0, 0, 0, 0}};
    return made(cbf_type_structure, nullptr, parts, std::size_t{2}, nullptr);
}

} // namespace

type_owner make_type(const std::uint32_t *&numbers) {
    const std::uint32_t type = *numbers++;
    if (has_elements(type))
        return make_of_elements(type, numbers);
    if (type == FFI_TYPE_POINTER)
        return made(cbf_type_pointer, nullptr);
    if (type == FFI_TYPE_COMPLEX) {
        const type_owner element = make_type(numbers);
        return element != nullptr ? make_complex(element.get()) : nullptr;
    }
    const int kind = kind_of(type);
    return type_owner(kind >= 0 ? cbf_type_basic(static_cast<cbf_kind>(kind)) : nullptr);
}

} // namespace cbf_ffi
