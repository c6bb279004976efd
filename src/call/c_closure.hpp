// Closures whose handler is a C function and a pointer. Their slots own them: what the C API calls a cbf_closure.
#pragma once

#include "pool/pool.hpp"
#include "signature.hpp"

namespace cbf::closures {

/// Makes one. O(1), without an allocation but for each page of slots. Null: CBF_BUSY. Throws error::status_error:
/// CBF_NO_MEMORY, CBF_NO_EXECUTABLE; std::bad_alloc.
cbf_closure *take(const cbf_v1_plan *plan, cbf_closure_handler handler, void *user);

/// Changes handler and user as one. Answers CBF_OK, CBF_NOT_A_SLOT, CBF_FREED or CBF_BUSY.
cbf_status set(cbf_closure *closure, cbf_closure_handler handler, void *user) noexcept;

/// Frees one. Answers as set() does.
cbf_status give(cbf_closure *closure) noexcept;

/// Takes a slot whose calls end in words and an abort until prepare() gives it a signature. As take().
cbf_closure *reserve();

/// Gives a live one a signature, with a handler and a user: no call of it may be under way on another thread. Answers
/// as set() does.
cbf_status prepare(cbf_closure *closure, const cbf_v1_plan *plan, cbf_closure_handler handler, void *user) noexcept;

/// What a live one leads to.
struct found {
    cbf_closure_handler handler = nullptr; ///< null: it has no signature yet
    void *user = nullptr;
    plan_owner plan = {};
};

/// Answers as set() does; leaves plan alone unless it is asked for.
cbf_status find(const cbf_closure *closure, found &out, bool with_plan) noexcept;

/// The closure of a call that is under way.
cbf_closure *closure_of(const cbf_v1_call &call) noexcept;

/// Adds what they hold to live and quarantined.
void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept;

} // namespace cbf::closures
