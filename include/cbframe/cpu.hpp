// The CPU state a C++ handler gets.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/cbframe.h>

#include <cstddef>

namespace cbframe {

/// How much of the CPU a frame captures and restores; see cbf_level.
enum class level { legacy = CBF_LEVEL_LEGACY, all = CBF_LEVEL_ALL };

/// The state of the CPU at the instant a slot was called: cbf_cpu and what C++ adds to it.
/// Lives on the caller's stack until the handler returns. Not copyable, because writes to a copy would be lost:
/// cbf_cpu_save keeps a state.
struct cpu : cbf_cpu {
    cpu() = default;
    cpu(const cpu &) = delete;
    cpu &operator=(const cpu &) = delete;

    /// Makes the call return as `ret bytes` does: pops the caller's stack arguments.
    /// Call it at most once in a handler.
    void pop(std::size_t bytes) noexcept { cbf_cpu_pop(this, bytes); }
};

} // namespace cbframe

#endif
