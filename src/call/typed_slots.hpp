// The slots of closures and callbacks, as the rest of the library sees them.
#pragma once

#include "pool/pool.hpp"

#include <cbframe/cbframe.h>

namespace cbframe::typed {

/// Adds what they hold to live and quarantined.
void add_stats(const pool::session &locked, cbf_stats &out) noexcept;

} // namespace cbframe::typed
