// Closures in C, and what their handlers see.
#include "call/c_closure.hpp"
#include "failure.hpp"
#include "handles.hpp"

#include <cstdint>

namespace {

using namespace cbframe;
using namespace cbframe::c_api;

arguments &seen(cbf_arguments *args) noexcept { return *reinterpret_cast<arguments *>(args); }

const detail::plan &plan_of(const cbf_arguments *args) noexcept {
    return *reinterpret_cast<const detail::call_state *>(args)->rules;
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
    if (!signature->prepared)
        return guarded([&] { prepared_signature(signature->called, *signature->by); }); // for its error
    return guarded_new(out, [&] { return closures::take(*signature->prepared, handler, user); });
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

size_t cbf_argument_count(const cbf_arguments *args) noexcept { return plan_of(args).count; }

void *cbf_argument(cbf_arguments *args, size_t index) noexcept {
    const detail::plan &plan = plan_of(args);
    if (index >= plan.count) [[unlikely]]
        return no_such_argument();
    return detail::address_of(*reinterpret_cast<detail::call_state *>(args), plan.places[index]);
}

size_t cbf_argument_size(const cbf_arguments *args, size_t index) noexcept {
    const detail::plan &plan = plan_of(args);
    return index < plan.count ? plan.places[index].size : 0;
}

void *cbf_result(cbf_arguments *args) noexcept { return seen(args).result(); }

size_t cbf_result_size(const cbf_arguments *args) noexcept { return plan_of(args).result.size; }

void *cbf_next_argument(cbf_arguments *args, const cbf_type *type) noexcept {
    if (type == nullptr) {
        refuse("type is NULL");
        return nullptr;
    }
    return guarded_address([&] { return seen(args).next(type->value); });
}

void *cbf_argument_list(cbf_arguments *args) noexcept {
    return guarded_address([&]() -> void * { return &seen(args).list(); });
}

} // extern "C"
