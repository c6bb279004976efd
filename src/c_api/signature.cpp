// Signatures in C.
#include "failure.hpp"
#include "handles.hpp"

#include <memory>
#include <string>

namespace {

using namespace cbframe;
using namespace cbframe::c_api;

static_assert(CBF_BASE_ARGUMENTS == static_cast<int>(detail::place::base::state));
static_assert(CBF_BASE_STACK == static_cast<int>(detail::place::base::stack));
static_assert(CBF_BASE_POINTER == static_cast<int>(detail::place::base::pointer));
static_assert(CBF_BASE_POINTER_ON_STACK == static_cast<int>(detail::place::base::pointer_on_stack));
static_assert(offsetof(detail::call_state, stack) == sizeof(char *), "CBF_BASE_STACK says ((char **)args)[1]");

std::unique_ptr<cbf_signature> made(signature called, const abi::convention &by) {
    const bool callable = is_callable(by);
    std::unique_ptr<cbf_signature> out(
        new cbf_signature{std::move(called), &by, callable ? &c_model() : by.model, std::nullopt});
    if (callable)
        out->prepared.emplace(out->called, by, c_model());
    else
        abi::layout(by, out->called); // for its errors
    return out;
}

} // namespace

extern "C" {

cbf_status cbf_signature_new(cbf_signature **out, const cbf_type *result, const cbf_type *const *parameters,
                             size_t count, int variadic, const cbf_convention *convention) noexcept {
    if (out == nullptr || convention == nullptr)
        return refuse(out == nullptr ? "out is NULL"
                                     : "convention is NULL: this system's own is cbf_convention_native()");
    const abi::convention *const by = convention_of(convention);
    if (by == nullptr)
        return refuse("convention is none of this library");
    return guarded([&] {
        signature called{result != nullptr ? result->value : type(type_kind::void_), types(parameters, count),
                         variadic != 0};
        *out = made(std::move(called), *by).release();
    });
}

void cbf_signature_free(cbf_signature *signature) noexcept { delete signature; }

cbf_status cbf_signature_place(const cbf_signature *signature, ptrdiff_t index, cbf_place *place) noexcept {
    if (signature == nullptr || place == nullptr)
        return refuse(signature == nullptr ? "signature is NULL" : "place is NULL");
    if (!signature->prepared)
        return guarded([&] { prepared_signature(signature->called, *signature->by); }); // for its error
    const detail::plan &plan = *signature->prepared->plan();
    if (index < -1 || index >= static_cast<ptrdiff_t>(plan.count))
        return guarded([&] {
            throw std::invalid_argument("there is no argument of index " + std::to_string(index) + " among " +
                                        std::to_string(plan.count));
        });
    const detail::place &found = index < 0 ? plan.result : plan.places[index];
    *place = {found.offset, static_cast<cbf_base>(found.from), found.size};
    return CBF_OK;
}

} // extern "C"
