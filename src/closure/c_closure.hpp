// Closures whose handler is a C function and a pointer. Their slots own them: what the C API calls a cbf_closure.
#pragma once

#include <cbframe/closure.hpp>

namespace cbframe::closures {

/// Makes one. O(1), without an allocation but for each page of slots. Throws std::system_error: errc::no_memory,
/// errc::no_executable; std::bad_alloc.
cbf_closure *take(const prepared_signature &called, cbf_closure_handler handler, void *user);

/// Changes handler and user as one. Throws std::system_error: errc::not_a_slot, errc::freed.
void set(cbf_closure *closure, cbf_closure_handler handler, void *user);

/// Frees one. Throws as set() does.
void give(cbf_closure *closure);

/// Adds what they hold to live and quarantined.
void add_stats(cbf_stats &out) noexcept;

} // namespace cbframe::closures
