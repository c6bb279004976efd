// Whether atomic instructions are needed.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace cbframe::detail {

/// Whether this process has no other thread, as far as the C library knows and tells: glibc does, from 2.32 on. Without
/// locked instructions counting and locking cost a third. Threads that others than the C library make are not seen, as
/// its own malloc does not see them.
inline bool is_only_thread() noexcept {
#if __has_include(<sys/single_threaded.h>)
    return __libc_single_threaded != 0;
#else
    return false;
#endif
}

} // namespace cbframe::detail

#endif
