// The CPU state a C++ handler gets.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/cbframe.h>
#include <cbframe/error.hpp>

#include <cstddef>
#include <cstdint>

namespace cbframe {

/// How much of the CPU a frame captures and restores; see cbf_level.
enum class level { legacy = CBF_LEVEL_LEGACY, all = CBF_LEVEL_ALL, sse = CBF_LEVEL_SSE };

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

    /// In the handler of a tap: the call returns to the caller instead of going on in the original.
    /// Throws error: errc::invalid_argument if it skips the original already, or it is no tap that has been called.
    void skip() { detail::check(cbf_cpu_skip(this)); }

    /// The same: the call goes on at this address, or in this function, instead. Throws, too, if it is null.
    template <class T>
    void go_on(T *address) {
        detail::check(cbf_cpu_go_on(this, reinterpret_cast<cbf_function>(reinterpret_cast<std::uintptr_t>(address))));
    }
    void go_on(std::nullptr_t) { go_on<void>(nullptr); }
};

} // namespace cbframe

#endif
