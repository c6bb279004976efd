// Taps in C.
#include "call/tap.hpp"
#include "arch/arch.hpp"
#include "call/frame.hpp"
#include "failure.hpp"

namespace {

using namespace cbf::c_api;
using cbf::taps::when_freed;

constexpr const char *not_a_tap = "not a tap of this library";

/// What of a call's state says where it goes on; null, and why for cbf_error_detail, if it cannot be told any more.
cbf::arch::tap_call *call_of(cbf_cpu *cpu) noexcept {
    cbf::arch::tap_call *const call = cpu != nullptr ? cbf::arch::tap_call_of(*cpu) : nullptr;
    if (call == nullptr)
        refuse(cpu == nullptr ? "cpu is NULL" : "cpu is not that of a call that has come to a tap's handler");
    else if (call->way == 0)
        refuse("the call skips the original already");
    return call != nullptr && call->way != 0 ? call : nullptr;
}

} // namespace

extern "C" {

cbf_status cbf_tap_new(cbf_tap **out, cbf_function original, cbf_handler handler, void *user, unsigned level) noexcept {
    if (out == nullptr || original == nullptr || handler == nullptr)
        return refuse(out == nullptr ? "out is NULL" : original == nullptr ? "original is NULL" : "handler is NULL");
    const unsigned number = level & ~unsigned{CBF_TAP_FORWARD_WHEN_FREED};
    if (!cbf::frames::is_level(number))
        return refuse(no_such_level);
    const when_freed freed = number != level ? when_freed::forwards : when_freed::traps;
    return guarded_new(out,
                       [&] { return cbf::taps::take(original, handler, user, static_cast<cbf_level>(number), freed); });
}

cbf_status cbf_tap_set(cbf_tap *tap, cbf_handler handler, void *user) noexcept {
    if (handler == nullptr)
        return refuse("handler is NULL");
    return guarded_slot(not_a_tap, [&] { return cbf::taps::set(tap, handler, user); });
}

cbf_status cbf_tap_free(cbf_tap *tap) noexcept {
    if (tap == nullptr)
        return CBF_OK;
    return guarded_slot(not_a_tap, [&] { return cbf::taps::give(tap); });
}

cbf_function cbf_tap_address(const cbf_tap *tap) noexcept {
    return reinterpret_cast<cbf_function>(reinterpret_cast<std::uintptr_t>(tap));
}

cbf_status cbf_cpu_skip(cbf_cpu *cpu) noexcept {
    cbf::arch::tap_call *const call = call_of(cpu);
    if (call == nullptr)
        return CBF_INVALID_ARGUMENT;
    call->way = 0;
    return CBF_OK;
}

cbf_status cbf_cpu_go_on(cbf_cpu *cpu, cbf_function address) noexcept {
    if (address == nullptr)
        return refuse("the address to go on at is NULL");
    cbf::arch::tap_call *const call = call_of(cpu);
    if (call == nullptr)
        return CBF_INVALID_ARGUMENT;
    call->way = reinterpret_cast<std::uintptr_t>(address);
    return CBF_OK;
}

} // extern "C"
