#pragma once

#include <windows.h>

namespace cbframe {

/// An address that no other living thread answers, and no null: of the thread's environment block.
inline const void *this_thread() noexcept { return NtCurrentTeb(); }

} // namespace cbframe
