// Closures in C, and what their handlers see.
#include "arch/arch.hpp"
#include "arch/plan.hpp"
#include "call/c_closure.hpp"
#include "call/typed_slots.hpp"
#include "failure.hpp"
#include "handles.hpp"

#include <cbframe/detail/place.hpp>

#include <cstdint>

namespace {

using namespace cbf;
using namespace cbf::c_api;

cbf_v1_call &call_of(cbf_arguments *args) noexcept { return *reinterpret_cast<cbf_v1_call *>(args); }

const cbf_v1_plan &plan_of(const cbf_arguments *args) noexcept {
    return *reinterpret_cast<const cbf_v1_call *>(args)->plan;
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

constexpr const char *not_a_closure = "not a closure made by cbf_closure_new";

} // namespace

extern "C" {

cbf_status cbf_closure_new(cbf_closure **out, const cbf_signature *signature, cbf_closure_handler handler,
                           void *user) noexcept {
    if (out == nullptr || signature == nullptr || handler == nullptr)
        return refuse(out == nullptr ? "out is NULL" : signature == nullptr ? "signature is NULL" : "handler is NULL");
    if (cbf_v1_signature_plan(signature) == nullptr)
        return CBF_INVALID_ARGUMENT;
    return guarded_new(out, [&] { return closures::take(signature->plan, handler, user); });
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

size_t cbf_argument_size(const cbf_arguments *args, size_t index) noexcept {
    const cbf_v1_plan &plan = plan_of(args);
    return index < plan.count ? plan.places[index].size : 0;
}

void *cbf_result(cbf_arguments *args) noexcept {
    const cbf_v1_place &result = plan_of(args).result;
    return result.size == 0 ? nullptr : cbframe::detail::address_of(call_of(args), result);
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
