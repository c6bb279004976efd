// Closures whose handler is a C function and a pointer. Their slots own them: what the C API calls a cbf_closure.
#pragma once

#include "pool/pool.hpp"
#include "signature.hpp"

namespace cbf::closures {

/// Makes one. O(1), without an allocation but for each page of slots. Null: CBF_BUSY. Throws error::status_error:
/// CBF_NO_MEMORY, CBF_NO_EXECUTABLE; std::bad_alloc.
cbf_closure *take(plan_owner plan, cbf_closure_handler handler, void *user);

/// Changes handler and user as one. Answers CBF_OK, CBF_NOT_A_SLOT, CBF_FREED or CBF_BUSY.
cbf_status set(cbf_closure *closure, cbf_closure_handler handler, void *user) noexcept;

/// Frees one. Answers as set() does.
cbf_status give(cbf_closure *closure) noexcept;

/// Adds what they hold to live and quarantined.
void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept;

} // namespace cbf::closures
