// Taps: a slot, a handler, a level, and the original that a call goes on in.
#pragma once

#include "arch/arch.hpp"
#include "pool/pool.hpp"

#include <cbframe/cbframe.h>

#include <array>
#include <cstddef>
#include <iterator>

namespace cbf::taps {

/// What a call finds of a freed one.
enum class when_freed : bool { traps, forwards };

/// By what a call finds of a freed one, then by level.
extern constinit std::array<std::array<pool::free_list, std::size(arch::tap_entries)>, 2> lists;

inline pool::target target_of(cbf_handler handler, void *user) noexcept {
    return {reinterpret_cast<void (*)()>(handler), user};
}

/// Makes one. O(1), without an allocation but for each page of slots. Null: CBF_BUSY. Throws error::status_error:
/// CBF_NO_MEMORY, CBF_NO_EXECUTABLE; std::bad_alloc.
cbf_tap *take(pool::free_list &from, cbf_function original, pool::target handler);
inline cbf_tap *take(cbf_function original, cbf_handler handler, void *user, cbf_level level, when_freed freed) {
    return take(lists[static_cast<std::size_t>(freed)][level], original, target_of(handler, user));
}

/// Changes handler and user as one. Answers CBF_OK, CBF_NOT_A_SLOT, CBF_FREED, CBF_BUSY or CBF_NO_MEMORY.
cbf_status set(cbf_tap *tap, cbf_handler handler, void *user) noexcept;

/// Frees one. Answers CBF_OK, CBF_NOT_A_SLOT, CBF_FREED or CBF_BUSY.
cbf_status give_forwarding(cbf_tap *tap) noexcept;
inline cbf_status give(cbf_tap *tap) noexcept {
    const cbf_status status = pool::give(pool::owner::taps, tap);
    return status != CBF_NOT_A_SLOT ? status : give_forwarding(tap);
}

/// Goes on with a call whose handler nobody uses any more: with that which the tap has now. Throws what that throws.
void call_again(cbf_cpu &cpu, const arch::tap_call &call);

/// Adds what they hold to live and quarantined.
void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept;

} // namespace cbf::taps
