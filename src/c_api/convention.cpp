// Calling conventions in C. A handle is the address of the abi::convention.
#include "failure.hpp"
#include "handles.hpp"

#include <algorithm>

namespace cbframe::c_api {

const abi::convention *convention_of(const cbf_convention *handle) noexcept {
    const auto *const asked = reinterpret_cast<const abi::convention *>(handle);
    if (asked == &native_convention())
        return &native_convention();
    const auto all = abi::conventions();
    const auto found = std::ranges::find(all, asked);
    return found != all.end() ? *found : nullptr;
}

} // namespace cbframe::c_api

namespace {

using namespace cbframe;

const cbf_convention *handle_of(const abi::convention *convention) noexcept {
    return reinterpret_cast<const cbf_convention *>(convention);
}

} // namespace

extern "C" {

const cbf_convention *cbf_convention_native(void) noexcept { return handle_of(&native_convention()); }

const cbf_convention *cbf_convention_find(const char *name) noexcept {
    const abi::convention *const found = name != nullptr ? abi::find_convention(name) : nullptr;
    if (found == nullptr)
        c_api::refuse(name == nullptr ? "name is NULL" : "there is no convention of this name");
    return handle_of(found);
}

const cbf_convention *cbf_convention_at(size_t index) noexcept {
    const auto all = abi::conventions();
    return index < all.size() ? handle_of(all[index]) : nullptr;
}

const char *cbf_convention_name(const cbf_convention *convention) noexcept {
    const abi::convention *const known = c_api::convention_of(convention);
    return known != nullptr ? known->name.data() : nullptr; // a literal: it ends in a zero byte
}

int cbf_convention_is_callable(const cbf_convention *convention) noexcept {
    const abi::convention *const known = c_api::convention_of(convention);
    return known != nullptr && is_callable(*known) ? 1 : 0;
}

int cbf_convention_allows_variadic(const cbf_convention *convention) noexcept {
    const abi::convention *const known = c_api::convention_of(convention);
    return known != nullptr && known->allows_variadic ? 1 : 0;
}

} // extern "C"
