// Frames as the C API sees them: a slot, a handler, a level.
#pragma once

#include "pool/pool.hpp"

#include <cbframe/frame.hpp>

namespace cbframe::frames {

/// Makes a frame. Null: CBF_BUSY. Throws std::system_error: errc::no_memory, errc::no_executable.
cbf_frame *take(cbf_handler handler, void *user, level captured);

/// Changes and frees one. Answer CBF_OK, CBF_NOT_A_SLOT, CBF_FREED or CBF_BUSY.
cbf_status set(cbf_frame *slot, cbf_handler handler, void *user);
cbf_status give(cbf_frame *slot);

/// Adds the frames of all levels to live and quarantined.
void add_stats(const pool::session &locked, cbf_stats &out) noexcept;

} // namespace cbframe::frames
