#pragma once

namespace cbf::system {

/// An address that no other living thread answers, and no null: of the thread's own memory, where the C library keeps
/// what it knows of the thread. Async-signal-safe.
inline const void *this_thread() noexcept { return __builtin_thread_pointer(); }

} // namespace cbf::system
