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
    const cbf_field whole{"bytes", bytes.get(), 0, 0, 0, 0};
    return made(cbf_type_structure, nullptr, &whole, std::size_t{1}, &attributes);
}

type_owner make_structure(const std::uint32_t *&numbers) {
    const shape expected{numbers[0], numbers[1]};
    numbers += 2;
    std::vector<type_owner> owners;
    std::vector<cbf_field> fields;
    bool is_complete = true;
    while (*numbers != end_of_elements) {
        owners.push_back(make_type(numbers));
        is_complete = is_complete && owners.back() != nullptr && cbf_type_is_complete(owners.back().get()) != 0;
        fields.push_back({"element", owners.back().get(), 0, 0, 0, 0}); // C++ and C need names, calls do not
    }
    ++numbers;
    return is_complete && !fields.empty() ? structure(fields, expected) : nullptr;
}

} // namespace

type_owner make_type(const std::uint32_t *&numbers) {
    const std::uint32_t type = *numbers++;
    if (type == FFI_TYPE_STRUCT)
        return make_structure(numbers);
    if (type == FFI_TYPE_POINTER)
        return made(cbf_type_pointer, nullptr);
    if (type == FFI_TYPE_COMPLEX) {
        const type_owner element = make_type(numbers);
        return element != nullptr ? made(cbf_type_complex, element.get()) : nullptr;
    }
    const int kind = kind_of(type);
    return type_owner(kind >= 0 ? cbf_type_basic(static_cast<cbf_kind>(kind)) : nullptr);
}

} // namespace cbf_ffi
