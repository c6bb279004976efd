// Frames as the C API sees them: a slot, a handler, a level.
#pragma once

#include <cbframe/frame.hpp>

namespace cbframe::frames {

/// Fills live and quarantined with the frames of all levels.
void add_stats(cbf_stats &out) noexcept;

} // namespace cbframe::frames
