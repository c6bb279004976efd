// Types in C.
#include "failure.hpp"
#include "handles.hpp"
#include "names.hpp"

#include <optional>
#include <span>
#include <string>

namespace cbf::c_api {

std::vector<type> types(const cbf_type *const *parameters, std::size_t count, std::size_t first) {
    if (parameters == nullptr && count != 0)
        throw std::invalid_argument("the array of " + std::to_string(count) + " types is NULL");
    std::vector<type> list;
    list.reserve(count);
    for (std::size_t i = 0; i < count; i++) {
        if (parameters[i] == nullptr)
            throw std::invalid_argument("the type of argument " + std::to_string(first + i) + " is NULL");
        list.push_back(type::of(parameters[i]));
    }
    return list;
}

} // namespace cbf::c_api

namespace {

using namespace cbf;
using namespace cbf::c_api;

/// Stores the type that the function makes.
template <class Make>
cbf_status make(const cbf_type **out, Make &&function) noexcept {
    if (out == nullptr)
        return refuse("out is NULL");
    return guarded([&] { *out = function().give(); });
}

std::string_view text(const char *name) noexcept { return name != nullptr ? name : ""; }

std::string name_of(const cbf_field &field, std::size_t index) {
    return text(field.name).empty() ? "field " + std::to_string(index + 1) : "field '" + std::string(field.name) + "'";
}

field converted(const cbf_field &from, std::size_t index) {
    if (from.type == nullptr)
        throw std::invalid_argument("the type of " + name_of(from, index) + " is NULL");
    if (from.bits < 0)
        throw std::invalid_argument(name_of(from, index) + " has a negative width; 0: it is no bit-field");
    if (from.zero_width != 0 && (from.bits != 0 || !text(from.name).empty()))
        throw std::invalid_argument(name_of(from, index) + " has width 0, so it cannot have a name or other bits");
    field to{.name = std::string(text(from.name)), .type = type::of(from.type), .bits = {}};
    if (from.bits > 0 || from.zero_width != 0)
        to.bits = static_cast<unsigned>(from.bits);
    to.alignment = from.alignment;
    to.packed = from.packed != 0;
    return to;
}

std::vector<field> converted(const cbf_field *fields, std::size_t count) {
    if (fields == nullptr && count != 0)
        throw std::invalid_argument("fields is NULL");
    std::vector<field> list;
    list.reserve(count);
    for (std::size_t i = 0; i < count; i++)
        list.push_back(converted(fields[i], i));
    return list;
}

record_attributes converted(const cbf_record_attributes *from) noexcept {
    if (from == nullptr)
        return {};
    return {.alignment = from->alignment, .pack = from->pack, .packed = from->packed != 0};
}

/// Stores what a question about a type answers.
template <class Answer, class Ask>
cbf_status answer(const cbf_type *type, Answer *out, Ask &&ask) noexcept {
    if (type == nullptr || out == nullptr)
        return refuse(type == nullptr ? "type is NULL" : "the place for the answer is NULL");
    return guarded([&] { *out = ask(*borrowed_type(type)); });
}

} // namespace

extern "C" {

const cbf_type *cbf_type_basic(cbf_kind kind) noexcept {
    if (number(kind) <= CBF_KIND_LONG_DOUBLE)
        return type(static_cast<type_kind>(number(kind))).give();
    refuse("this kind of type is made by a function of its own");
    return nullptr;
}

void cbf_type_free(const cbf_type *type) noexcept {
    if (type != nullptr)
        cbf::type::release(type);
}

const cbf_type *cbf_type_share(const cbf_type *type) noexcept {
    return type != nullptr ? cbf::type::share(type) : nullptr;
}

cbf_status cbf_type_pointer(const cbf_type **out, const cbf_type *target) noexcept {
    return make(out, [&] { return type::pointer(type_or_void(target)); });
}

cbf_status cbf_type_complex(const cbf_type **out, const cbf_type *element) noexcept {
    if (element == nullptr)
        return refuse("element is NULL");
    return make(out, [&] { return type::complex(type::of(element)); });
}

cbf_status cbf_type_enumeration(const cbf_type **out, const char *name, const cbf_type *underlying) noexcept {
    return make(out, [&] {
        return underlying != nullptr ? type::enumeration(text(name), type::of(underlying))
                                     : type::enumeration(text(name));
    });
}

cbf_status cbf_type_array(const cbf_type **out, const cbf_type *element, size_t count) noexcept {
    if (element == nullptr)
        return refuse("element is NULL");
    return make(out, [&] { return type::array(type::of(element), count); });
}

cbf_status cbf_type_flexible_array(const cbf_type **out, const cbf_type *element) noexcept {
    if (element == nullptr)
        return refuse("element is NULL");
    return make(out, [&] { return type::flexible_array(type::of(element)); });
}

cbf_status cbf_type_vector(const cbf_type **out, const cbf_type *element, size_t count) noexcept {
    if (element == nullptr)
        return refuse("element is NULL");
    return make(out, [&] { return type::vector(type::of(element), count); });
}

cbf_status cbf_type_structure(const cbf_type **out, const char *name, const cbf_field *fields, size_t count,
                              const cbf_record_attributes *attributes) noexcept {
    return make(out, [&] { return type::structure(text(name), converted(fields, count), converted(attributes)); });
}

cbf_status cbf_type_union(const cbf_type **out, const char *name, const cbf_field *fields, size_t count,
                          const cbf_record_attributes *attributes) noexcept {
    return make(out, [&] { return type::union_(text(name), converted(fields, count), converted(attributes)); });
}

cbf_status cbf_type_incomplete_structure(const cbf_type **out, const char *name) noexcept {
    if (name == nullptr)
        return refuse("name is NULL");
    return make(out, [&] { return type::incomplete_structure(name); });
}

cbf_status cbf_type_incomplete_union(const cbf_type **out, const char *name) noexcept {
    if (name == nullptr)
        return refuse("name is NULL");
    return make(out, [&] { return type::incomplete_union(name); });
}

cbf_status cbf_type_function(const cbf_type **out, const cbf_type *result, const cbf_type *const *parameters,
                             size_t count, int variadic) noexcept {
    return make(out, [&] { return type::function({type_or_void(result), types(parameters, count), variadic != 0}); });
}

cbf_status cbf_type_parse(const cbf_type **out, const char *text, const cbf_named_type *names, size_t count) noexcept {
    if (text == nullptr)
        return refuse("text is NULL");
    return make(out, [&] { return parse_type(text, names_of(names, count)); });
}

cbf_kind cbf_type_kind(const cbf_type *type) noexcept { return static_cast<cbf_kind>(borrowed_type(type)->kind()); }

const char *cbf_type_name(const cbf_type *type) noexcept { return borrowed_type(type)->name(); }

const cbf_type *cbf_type_element(const cbf_type *type) noexcept {
    const cbf::type *const element = borrowed_type(type)->element_if_any();
    return element != nullptr ? element->handle() : nullptr;
}

int cbf_type_count(const cbf_type *type, size_t *count) noexcept {
    const std::optional<std::size_t> found = borrowed_type(type)->count();
    if (found && count != nullptr)
        *count = *found;
    return found ? 1 : 0;
}

size_t cbf_type_field_count(const cbf_type *type) noexcept { return borrowed_type(type)->fields().size(); }

cbf_status cbf_type_field_at(const cbf_type *type, size_t index, cbf_field *field) noexcept {
    const std::span<const cbf::field> fields = borrowed_type(type)->fields(); // the handle keeps them
    if (field == nullptr || index >= fields.size())
        return refuse(field == nullptr ? "field is NULL" : "there is no field of this index");
    const cbf::field &from = fields[index];
    *field = {.name = from.name.c_str(),
              .type = from.type.handle(),
              .bits = static_cast<int>(from.bits.value_or(0)),
              .alignment = from.alignment,
              .packed = from.packed ? 1 : 0,
              .zero_width = from.bits == 0U ? 1 : 0};
    return CBF_OK;
}

cbf_record_attributes cbf_type_attributes(const cbf_type *type) noexcept {
    const record_attributes from = borrowed_type(type)->attributes();
    return {.alignment = from.alignment, .pack = from.pack, .packed = from.packed ? 1 : 0};
}

const cbf_type *cbf_type_result(const cbf_type *type) noexcept {
    const signature *const signature = borrowed_type(type)->called_if_any();
    return signature != nullptr ? signature->result.handle() : nullptr;
}

size_t cbf_type_parameter_count(const cbf_type *type) noexcept {
    const signature *const signature = borrowed_type(type)->called_if_any();
    return signature != nullptr ? signature->parameters.size() : 0;
}

const cbf_type *cbf_type_parameter(const cbf_type *type, size_t index) noexcept {
    const signature *const signature = borrowed_type(type)->called_if_any();
    return signature != nullptr && index < signature->parameters.size() ? signature->parameters[index].handle()
                                                                        : nullptr;
}

int cbf_type_is_variadic(const cbf_type *type) noexcept {
    const signature *const signature = borrowed_type(type)->called_if_any();
    return signature != nullptr && signature->variadic ? 1 : 0;
}

int cbf_type_is_complete(const cbf_type *type) noexcept { return borrowed_type(type)->is_complete() ? 1 : 0; }

size_t cbf_type_depth(const cbf_type *type) noexcept { return borrowed_type(type)->depth(); }

const void *cbf_type_identity(const cbf_type *type) noexcept { return type; }

int cbf_type_equal(const cbf_type *left, const cbf_type *right) noexcept {
    bool are_equal = false;
    const cbf_status status = guarded([&] { are_equal = *borrowed_type(left) == *borrowed_type(right); });
    return status != CBF_OK ? -1 : are_equal ? 1 : 0;
}

cbf_status cbf_type_size(const cbf_type *type, size_t *size) noexcept {
    return answer(type, size, [](const cbf::type &valid) { return abi::size_of(c_model(), valid); });
}

cbf_status cbf_type_alignment(const cbf_type *type, size_t *alignment) noexcept {
    return answer(type, alignment, [](const cbf::type &valid) { return abi::alignment_of(c_model(), valid); });
}

cbf_status cbf_type_field(const cbf_type *type, size_t index, cbf_field_place *place) noexcept {
    return answer(type, place, [&](const cbf::type &valid) {
        const abi::record_layout layout = abi::layout_of(c_model(), valid);
        if (index >= layout.fields.size())
            throw std::invalid_argument(to_string(valid) + " has " + std::to_string(layout.fields.size()) + " fields");
        const abi::field_place &found = layout.fields[index];
        return cbf_field_place{found.offset, found.bit, found.bits};
    });
}

cbf_status cbf_type_format(const cbf_type *type, char *buffer, size_t size, size_t *length) noexcept {
    return cbf_type_format_declaration(type, nullptr, buffer, size, length);
}

cbf_status cbf_type_format_declaration(const cbf_type *type, const char *declarator, char *buffer, size_t size,
                                       size_t *length) noexcept {
    if (type == nullptr || length == nullptr || (buffer == nullptr && size > 0))
        return refuse(type == nullptr ? "type is NULL" : length == nullptr ? "length is NULL" : "buffer is NULL");
    return guarded([&] { write(to_string(*borrowed_type(type), text(declarator)), buffer, size, length); });
}

} // extern "C"
