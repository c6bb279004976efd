// Calling conventions, data models and registers in C.
#include "arch/arch.hpp"
#include "failure.hpp"
#include "handles.hpp"

#include <algorithm>
#include <string_view>

namespace cbf::c_api {

const abi::convention *convention_of(const cbf_convention *handle) noexcept {
    const auto is_it = [&](const abi::convention *each) { return each == handle; };
    if (is_it(&native_convention()))
        return &native_convention();
    const auto all = abi::conventions();
    const auto found = std::ranges::find_if(all, is_it);
    return found != all.end() ? *found : find_compiled_convention(handle);
}

} // namespace cbf::c_api

namespace {

using namespace cbf;

/// The one of this name; null, and a reason, if there is none.
template <class All>
auto find_by_name(const All &all, const char *name, std::string_view kind) noexcept -> typename All::value_type {
    const auto found = std::ranges::find_if(
        all, [&](const auto *each) { return name != nullptr && std::string_view(each->name) == name; });
    if (found != all.end())
        return *found;
    if (name == nullptr)
        c_api::refuse("name is NULL");
    else
        c_api::refuse(kind);
    return nullptr;
}

/// Asks of a type by a data model. has_no_place: what it answers would go to NULL.
template <class Ask>
cbf_status measured(const cbf_data_model *model, const cbf_type *type, bool has_no_place, Ask ask) noexcept {
    if (model == nullptr || type == nullptr || has_no_place)
        return c_api::refuse("an argument is NULL");
    if (!abi::is_possible(*model))
        return c_api::refuse("there is no such data model");
    return c_api::guarded([&] { ask(*borrowed_type(type)); });
}

} // namespace

extern "C" {

const cbf_convention *cbf_convention_native(void) noexcept { return &native_convention(); }

const cbf_convention *cbf_convention_find(const char *name) noexcept {
    return find_by_name(abi::conventions(), name, "there is no convention of this name");
}

const cbf_convention *cbf_convention_at(size_t index) noexcept {
    const auto all = abi::conventions();
    return index < all.size() ? all[index] : nullptr;
}

const char *cbf_convention_name(const cbf_convention *convention) noexcept {
    const abi::convention *const found = c_api::convention_of(convention);
    return found != nullptr ? found->name : nullptr;
}

int cbf_convention_is_callable(const cbf_convention *convention) noexcept {
    const abi::convention *const found = c_api::convention_of(convention);
    return found != nullptr && arch::is_callable(*found) ? 1 : 0;
}

int cbf_convention_allows_variadic(const cbf_convention *convention) noexcept {
    const abi::convention *const found = c_api::convention_of(convention);
    return found != nullptr ? found->allows_variadic : 0;
}

const cbf_register_bank *cbf_register_bank_find(const char *name) noexcept {
    return find_by_name(abi::register_banks(), name, "there is no bank of registers of this name");
}

const cbf_data_model *cbf_data_model_find(const char *name) noexcept {
    return find_by_name(abi::data_models(), name, "there is no data model of this name");
}

const cbf_data_model *cbf_data_model_at(size_t index) noexcept {
    const auto all = abi::data_models();
    return index < all.size() ? all[index] : nullptr;
}

const cbf_data_model *cbf_data_model_native_cxx(void) noexcept { return &arch::native_data_model(); }

cbf_status cbf_data_model_size(const cbf_data_model *model, const cbf_type *type, size_t *size) noexcept {
    return measured(model, type, size == nullptr, [&](const cbf::type &valid) { *size = abi::size_of(*model, valid); });
}

cbf_status cbf_data_model_alignment(const cbf_data_model *model, const cbf_type *type, size_t *alignment) noexcept {
    return measured(model, type, alignment == nullptr,
                    [&](const cbf::type &valid) { *alignment = abi::alignment_of(*model, valid); });
}

cbf_status cbf_data_model_fields(const cbf_data_model *model, const cbf_type *type, cbf_field_place *places,
                                 size_t count) noexcept {
    return measured(model, type, places == nullptr && count != 0, [&](const cbf::type &valid) {
        const abi::record_layout layout = abi::layout_of(*model, valid);
        if (layout.fields.size() != count)
            throw std::invalid_argument("the type has " + std::to_string(layout.fields.size()) + " fields, not " +
                                        std::to_string(count));
        std::ranges::transform(layout.fields, places, [](const abi::field_place &each) {
            return cbf_field_place{each.offset, each.bit, each.bits};
        });
    });
}

} // extern "C"
