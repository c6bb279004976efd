// Closures in C, and what their handlers see.
#include "arch/arch.hpp"
#include "arch/plan.hpp"
#include "call/c_closure.hpp"
#include "call/typed_slots.hpp"
#include "failure.hpp"
#include "handles.hpp"

#include <cbframe/detail/place.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace {

using namespace cbf;
using namespace cbf::c_api;

cbf_v1_call &call_of(cbf_arguments *args) noexcept { return *reinterpret_cast<cbf_v1_call *>(args); }

const cbf_v1_plan &plan_of(const cbf_arguments *args) noexcept {
    return *reinterpret_cast<const cbf_v1_call *>(args)->plan;
}

// The exported function is called for its error alone: a call of such goes through a table.
const cbf_v1_plan *plan_of(const cbf_signature &signature) noexcept {
    const cbf_v1_plan *const plan = signature.plan.get();
    return plan != nullptr ? plan : cbf_v1_signature_plan(&signature);
}

/// What the function answers; null where it throws.
template <class Function>
void *guarded_address(Function &&function) noexcept {
    void *found = nullptr;
    guarded([&] { found = function(); });
    return found;
}

// Apart, so that cbf_argument need not find where the text is: in 32-bit code that is a call.
[[gnu::noinline, gnu::cold]] void *no_such_argument() noexcept {
    refuse("there is no argument of this index");
    return nullptr;
}

/// The signature that a plan was made of.
std::unique_ptr<cbf_signature> signature_of(plan_owner plan) {
    const arch::full_plan &full = arch::full(*plan.get());
    signature of{full.layout.result.type, {}, full.layout.variadic.has_value()};
    for (std::size_t i = 0; i < full.layout.named; ++i)
        of.parameters.push_back(full.layout.arguments[i].type);
    return std::unique_ptr<cbf_signature>(
        new cbf_signature{std::move(of), full.layout.convention, &full.sizes, std::move(plan)});
}

constexpr const char *not_a_closure = "not a closure made by cbf_closure_new";

} // namespace

extern "C" {

cbf_status cbf_closure_new(cbf_closure **out, const cbf_signature *signature, cbf_closure_handler handler,
                           void *user) noexcept {
    if (out == nullptr || signature == nullptr || handler == nullptr)
        return refuse(out == nullptr ? "out is NULL" : signature == nullptr ? "signature is NULL" : "handler is NULL");
    const cbf_v1_plan *const plan = plan_of(*signature);
    if (plan == nullptr)
        return CBF_BAD_CONVENTION;
    return guarded_new(out, [&] { return closures::take(plan, handler, user); });
}

cbf_status cbf_closure_reserve(cbf_closure **out) noexcept {
    if (out == nullptr)
        return refuse("out is NULL");
    return guarded_new(out, closures::reserve);
}

cbf_status cbf_closure_prepare(cbf_closure *closure, const cbf_signature *signature, cbf_closure_handler handler,
                               void *user) noexcept {
    if (signature == nullptr || handler == nullptr)
        return refuse(signature == nullptr ? "signature is NULL" : "handler is NULL");
    const cbf_v1_plan *const plan = plan_of(*signature);
    if (plan == nullptr)
        return CBF_BAD_CONVENTION;
    return guarded_slot(not_a_closure, [&] { return closures::prepare(closure, plan, handler, user); });
}

cbf_closure *cbf_closure_find(const void *address) noexcept {
    auto *const closure = const_cast<cbf_closure *>(static_cast<const cbf_closure *>(address));
    closures::found found;
    return closures::find(closure, found, false) == CBF_OK ? closure : nullptr;
}

cbf_status cbf_closure_get(const cbf_closure *closure, cbf_closure_handler *handler, void **user) noexcept {
    closures::found found;
    const cbf_status status = guarded_slot(not_a_closure, [&] { return closures::find(closure, found, false); });
    if (status != CBF_OK)
        return status;
    if (handler != nullptr)
        *handler = found.handler;
    if (user != nullptr)
        *user = found.user;
    return CBF_OK;
}

cbf_status cbf_closure_signature(cbf_signature **out, const cbf_closure *closure) noexcept {
    if (out == nullptr)
        return refuse("out is NULL");
    closures::found found;
    const cbf_status status = guarded_slot(not_a_closure, [&] { return closures::find(closure, found, true); });
    if (status != CBF_OK)
        return status;
    if (found.handler == nullptr)
        return refuse("the closure has no signature yet");
    return guarded([&] { *out = signature_of(std::move(found.plan)).release(); });
}

cbf_status cbf_closure_set(cbf_closure *closure, cbf_closure_handler handler, void *user) noexcept {
    if (handler == nullptr)
        return refuse("handler is NULL");
    return guarded_slot(not_a_closure, [&] { return closures::set(closure, handler, user); });
}

cbf_status cbf_closure_free(cbf_closure *closure) noexcept {
    if (closure == nullptr)
        return CBF_OK;
    return guarded_slot(not_a_closure, [&] { return closures::give(closure); });
}

cbf_function cbf_closure_address(const cbf_closure *closure) noexcept {
    return reinterpret_cast<cbf_function>(reinterpret_cast<std::uintptr_t>(closure));
}

cbf_closure *cbf_own_closure(const cbf_arguments *args) noexcept {
    return closures::closure_of(*reinterpret_cast<const cbf_v1_call *>(args));
}

uintptr_t cbf_return_address(const cbf_arguments *args) noexcept {
    return arch::return_address(*reinterpret_cast<const cbf_v1_call *>(args), arch::full(plan_of(args)));
}

size_t cbf_argument_count(const cbf_arguments *args) noexcept { return plan_of(args).count; }

void *cbf_argument(cbf_arguments *args, size_t index) noexcept {
    const cbf_v1_plan &plan = plan_of(args);
    if (index >= plan.count) [[unlikely]]
        return no_such_argument();
    return cbframe::detail::address_of(call_of(args), plan.places[index]);
}

void cbf_argument_vector(cbf_arguments *args, void **to) noexcept {
    const cbf_v1_plan &plan = plan_of(args);
    for (uint32_t i = 0; i < plan.count; ++i)
        to[i] = cbframe::detail::address_of(call_of(args), plan.places[i]);
}

size_t cbf_argument_size(const cbf_arguments *args, size_t index) noexcept {
    const cbf_v1_plan &plan = plan_of(args);
    return index < plan.count ? plan.places[index].size : 0;
}

void *cbf_result(cbf_arguments *args) noexcept {
    const cbf_v1_place &result = plan_of(args).result;
    return result.size == 0 ? nullptr : cbframe::detail::address_of(call_of(args), result);
}

void *cbf_result_or_scratch(cbf_arguments *args) noexcept {
    void *const result = cbf_result(args);
    return result != nullptr ? result : call_of(args).vector;
}

size_t cbf_result_size(const cbf_arguments *args) noexcept { return plan_of(args).result.size; }

void *cbf_next_argument(cbf_arguments *args, const cbf_type *type) noexcept {
    if (type == nullptr) {
        refuse("type is NULL");
        return nullptr;
    }
    return guarded_address([&] { return typed::next_argument(call_of(args), type); });
}

void *cbf_argument_list(cbf_arguments *args) noexcept {
    return guarded_address([&] { return typed::list(call_of(args)); });
}

} // extern "C"
