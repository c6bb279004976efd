// As many frames as a test of pages wants.
#pragma once

#include "native.h"

#include <cbframe/frame.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

/// The frame of each index returns it.
inline std::vector<cbframe::frame> make_frames(std::size_t count) {
    std::vector<cbframe::frame> made;
    for (std::size_t i = 0; i < count; ++i)
        made.emplace_back([i](cbframe::cpu &cpu) { native_return(&cpu, static_cast<intptr_t>(i)); });
    return made;
}

/// How many of them do not.
inline std::size_t wrong_answers(const std::vector<cbframe::frame> &frames) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < frames.size(); ++i)
        wrong += frames[i].as<std::size_t()>()() != i;
    return wrong;
}
