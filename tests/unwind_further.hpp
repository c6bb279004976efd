// Frames whose slots are in further mappings.
#pragma once

#include "arch/shape.h"

#include <cbframe/frame.hpp>

#include <vector>

namespace unwinding {

/// Frames in all slots that are built into the image. To be made in a child process: they are left to the other tests.
inline std::vector<cbframe::frame> use_up_the_image(cbframe::level level) {
    std::vector<cbframe::frame> made;
    for (int n = 0; n < POOL_PAGES * POOL_SLOTS; ++n)
        made.emplace_back([](cbframe::cpu &) {}, level);
    return made;
}

} // namespace unwinding
