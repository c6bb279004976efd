// What the `all` level is measured against: a frame that saves and restores everything blindly.
#pragma once

#include "callbacks.hpp"

extern "C" int bench_xsave_frame(int, int);

namespace bench {

/// Calls `add` with the general registers and flags in a cbf_cpu, as a frame does, and all state
/// that level `all` holds besides in an area above it, put there by XSAVEC. It has no slot.
class xsave_frame {
  public:
    static bool supported() noexcept;
    function *address() const noexcept { return bench_xsave_frame; }
};

} // namespace bench
