// The slots of closures and callbacks of C++, and calls of what they lead to.
#pragma once

#include "pool/pool.hpp"

#include <cbframe/detail/call.h>

namespace cbf::typed {

extern constinit pool::free_list typed_slots;

/// Makes one. Null: CBF_BUSY. Throws error::status_error: CBF_NO_MEMORY, CBF_NO_EXECUTABLE.
inline void *take(void (*code)(), void *object) { return pool::take(typed_slots, {code, object}); }

/// Changes and frees one. Answer CBF_OK, CBF_NOT_A_SLOT, CBF_FREED or CBF_BUSY.
inline cbf_status set(void *slot, void (*code)(), void *object) noexcept {
    return pool::assign(pool::owner::typed, slot, {code, object});
}
inline cbf_status give(void *slot) noexcept { return pool::give(pool::owner::typed, slot); }

/// See cbf_v1_call_begin, cbf_v1_call_end, cbf_v1_call_again.
void begin(cbf_v1_call &call, const cbf_v1_plan &plan, void *room) noexcept;
void end(cbf_v1_call &call, unsigned finish) noexcept;
unsigned call_again(cbf_v1_call &call, const void *slot);

/// See cbf_next_argument and cbf_argument_list. Throw std::logic_error if the signature has no `...` or the list is not
/// this system's; std::invalid_argument if C passes no such type there.
void *next_argument(cbf_v1_call &call, const cbf_type *type);
void *list(cbf_v1_call &call);

/// Adds what they hold to live and quarantined.
void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept;

} // namespace cbf::typed
