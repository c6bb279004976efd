// Signatures in C, and their plans.
#include "arch/arch.hpp"
#include "failure.hpp"
#include "handles.hpp"
#include "names.hpp"

#include <memory>
#include <string>

namespace {

using namespace cbf;
using namespace cbf::c_api;

static_assert(offsetof(cbf_v1_call, stack) == sizeof(char *), "CBF_BASE_STACK says ((char **)args)[1]");

std::unique_ptr<cbf_signature> made(signature signature, const abi::convention &convention) {
    const bool callable = arch::is_callable(convention);
    std::unique_ptr<cbf_signature> out(
        new cbf_signature{std::move(signature), &convention, callable ? &c_model() : convention.model, plan_owner()});
    if (callable)
        out->plan = prepare(out->called, convention, c_model());
    else
        abi::layout(convention, out->called); // for its errors
    return out;
}

} // namespace

extern "C" {

cbf_status cbf_signature_new(cbf_signature **out, const cbf_type *result, const cbf_type *const *parameters,
                             size_t count, int variadic, const cbf_convention *convention) noexcept {
    if (out == nullptr)
        return refuse("out is NULL");
    return guarded_by(convention, [&](const abi::convention &found) {
        signature signature{type_or_void(result), types(parameters, count), variadic != 0};
        *out = made(std::move(signature), found).release();
    });
}

cbf_status cbf_signature_parse(cbf_signature **out, const char *text, const cbf_named_type *names, size_t count,
                               const cbf_convention *convention) noexcept {
    if (out == nullptr || text == nullptr)
        return refuse(out == nullptr ? "out is NULL" : "text is NULL");
    return guarded_by(convention, [&](const abi::convention &found) {
        const type read = parse_type(text, names_of(names, count));
        const signature *const called = read.called_if_any();
        if (called == nullptr)
            throw std::invalid_argument(to_string(read) + " is no function");
        *out = made(*called, found).release();
    });
}

void cbf_signature_free(cbf_signature *signature) noexcept {
    if (signature != nullptr && signature->owners.drop())
        delete signature;
}

cbf_signature *cbf_signature_share(cbf_signature *signature) noexcept {
    if (signature != nullptr)
        signature->owners.add();
    return signature;
}

cbf_status cbf_signature_place(const cbf_signature *signature, ptrdiff_t index, cbf_place *place) noexcept {
    if (signature == nullptr || place == nullptr)
        return refuse(signature == nullptr ? "signature is NULL" : "place is NULL");
    const cbf_v1_plan *const plan = cbf_v1_signature_plan(signature);
    if (plan == nullptr)
        return CBF_BAD_CONVENTION;
    if (index < -1 || index >= static_cast<ptrdiff_t>(plan->count))
        return guarded([&] {
            throw std::invalid_argument("there is no argument of index " + std::to_string(index) + " among " +
                                        std::to_string(plan->count));
        });
    const cbf_v1_place &found = index < 0 ? plan->result : plan->places[index];
    *place = {found.offset, static_cast<cbf_base>(found.base), found.size};
    return CBF_OK;
}

const cbf_v1_plan *cbf_v1_signature_plan(const cbf_signature *signature) noexcept {
    if (signature == nullptr) {
        refuse("signature is NULL");
        return nullptr;
    }
    if (signature->plan.get() == nullptr)
        guarded([&] {
            prepare(signature->called, *signature->convention, *signature->convention->model);
        }); // for its error
    return signature->plan.get();
}

const cbf_v1_plan *cbf_v1_plan_share(const cbf_v1_plan *plan) noexcept { return plan_owner::share(plan); }

void cbf_v1_plan_free(const cbf_v1_plan *plan) noexcept { plan_owner::drop(plan); }

const cbf_convention *cbf_v1_compiled_convention(cbf_v1_vectors vectors) noexcept {
    return &compiled_convention(vectors);
}

cbf_status cbf_v1_signature_new(cbf_signature **out, const cbf_type *result, const cbf_type *const *parameters,
                                size_t count, int variadic, const cbf_convention *convention,
                                const cbf_data_model *sizes) noexcept {
    return guarded_by(convention, [&](const abi::convention &found) {
        if (!abi::is_possible(*sizes))
            throw std::invalid_argument("there is no such data model");
        signature signature{type_or_void(result), types(parameters, count), variadic != 0};
        plan_owner plan = prepare(signature, found, *sizes);
        const abi::data_model &planned = arch::full(*plan.get()).sizes; // which live as long as the plan
        *out = new cbf_signature{std::move(signature), &found, &planned, std::move(plan)};
    });
}

cbf_status cbf_v1_route_find(cbf_v1_route *out, const cbf_type *result, const cbf_type *const *parameters, size_t count,
                             const cbf_convention *convention, cbf_v1_vectors vectors) noexcept {
    return guarded_by(convention, [&](const abi::convention &found) {
        route route = find_route({type_or_void(result), types(parameters, count), false}, found, vectors);
        *out = {route.entry, route.plan.give()};
    });
}

cbf_status cbf_v1_check_description(const cbf_type *type, size_t size, size_t alignment, const char *words) noexcept {
    return guarded([&] { check_description(*borrowed_type(type), size, alignment, words); });
}

} // extern "C"
