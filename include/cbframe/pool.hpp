// The number of slots.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/cbframe.h>

namespace cbframe {

/// Live and free slots, pages and where they came from; see cbf_stats. Thread-safe.
inline cbf_stats pool_stats() noexcept {
    cbf_stats stats{};
    cbf_pool_stats(&stats);
    return stats;
}

} // namespace cbframe

#endif
