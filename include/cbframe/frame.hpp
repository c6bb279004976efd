// A function pointer whose handler gets the whole CPU.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/detail/cpu_slot.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace cbframe {

/// A callable object that can be the handler of a frame.
template <class F>
concept frame_handler = detail::cpu_handler<F>;

/// A live callback without a signature: a call of its address runs the handler, which reads and writes the CPU.
/// Move-only; the address stays the same when the frame moves. The destructor frees it; calling the address afterwards
/// prints it and aborts.
///
/// Calls are re-entrant and thread-safe, and an exception that the handler throws reaches the
/// caller of the function pointer. set() and the destructor may run inside the frame's own handler;
/// another thread must not be about to call the frame at that time. Neither constructor nor set() nor destructor is
/// async-signal-safe: in a signal handler that interrupted this thread while it made, changed or freed a callback the
/// first two fail with errc::busy, and the destructor, which cannot fail, ends the process.
class frame {
  public:
    /// No frame: address() is null.
    frame() noexcept = default;

    /// Makes a frame of handler, a callable taking cpu&, moved or copied into the frame.
    /// Throws error: errc::invalid_argument if it is null, others if no slot or memory is available; or what the
    /// handler's constructor throws.
    template <class Handler>
    requires(!std::same_as<std::remove_cvref_t<Handler>, frame>) explicit frame(Handler &&handler,
                                                                                level level = level::legacy) {
        detail::check(make(static_cast<Handler &&>(handler), level));
    }

    /// Makes a frame and stores it in out: CBF_OK, or why there is none, and out is unchanged; cbf_error_detail
    /// says more. Throws only what the handler's constructor throws.
    template <class Handler>
    [[nodiscard]] static cbf_status try_make(frame &out, Handler &&handler, level level = level::legacy) {
        frame made;
        const cbf_status status = made.make(static_cast<Handler &&>(handler), level);
        if (status == CBF_OK)
            out = std::move(made);
        return status;
    }

    /// Whether this is a live frame.
    explicit operator bool() const noexcept { return address() != nullptr; }

    /// The function pointer, as an address.
    void *address() const noexcept CBF_LIFETIMEBOUND { return slot_.address(); }

    /// The function pointer with a signature: as<int(int)>() is an int (*)(int).
    template <class Signature>
    Signature *as() const noexcept CBF_LIFETIMEBOUND {
        static_assert(std::is_function_v<Signature>,
                      "frame::as gives a pointer to a function type: write as<int(int)>(), "
                      "not as<int (*)(int)>()");
        return reinterpret_cast<Signature *>(reinterpret_cast<std::uintptr_t>(address()));
    }

    /// Gives the same address another handler. On an exception the old one stays.
    /// Throws what the constructor throws; error (errc::not_a_slot) on an empty frame.
    template <class Handler>
    void set(Handler &&handler) {
        detail::check(try_set(static_cast<Handler &&>(handler)));
    }

    /// The same: CBF_OK, or why not. Throws only what the handler's constructor throws.
    template <class Handler>
    [[nodiscard]] cbf_status try_set(Handler &&handler) {
        return slot_.set(static_cast<Handler &&>(handler));
    }

  private:
    template <class Handler>
    cbf_status make(Handler &&handler, level level) {
        return slot_.make(static_cast<Handler &&>(handler), [level](const detail::target &to, cbf_status &why) {
            return cbf_v1_frame_take(to.handler, to.user, static_cast<cbf_level>(level), &why);
        });
    }

    detail::cpu_slot<cbf_frame> slot_;
};

/// The most bytes of the caller's stack that one call through a frame takes before the handler runs.
inline std::size_t frame_stack_size(level level) noexcept {
    return cbf_frame_stack_size(static_cast<cbf_level>(level));
}

} // namespace cbframe

#endif
