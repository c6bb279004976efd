// Values whose bytes must not lie anywhere.
#pragma once

#include <cstddef>
#include <cstdint>

/// By how many bytes an address is behind one that is so aligned.
inline std::size_t misplaced(const void *at, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(at) % alignment;
}

struct alignas(16) mixed {
    double number;
    long count;
};
