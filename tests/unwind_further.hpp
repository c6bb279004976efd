// Frames whose slots are in further mappings.
#pragma once

#include "frame_kind.hpp"

#include "arch/shape.h"

#include <memory>
#include <vector>

namespace unwinding {

/// Frames or taps in all slots of their kind that are built into the image. To be made in a child process: they are
/// left to the other tests.
inline std::vector<std::unique_ptr<callee>> use_up_the_image(frame_kind kind) {
    std::vector<std::unique_ptr<callee>> made;
    for (int n = 0; n < POOL_PAGES * POOL_SLOTS; ++n)
        made.push_back(std::make_unique<callee>(kind, [](cbf_cpu &) {}));
    return made;
}

} // namespace unwinding
