// A function pointer in place of another: its calls are seen by a handler, and go on.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/frame.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace cbframe {

/// What a call of a freed tap does: print its address and abort, as of every other callback, or go on in the original,
/// at least until 1,024 others of that sort have been freed after it.
enum class when_freed : unsigned { trap = 0, forward = CBF_TAP_FORWARD_WHEN_FREED };

/// What a tap can be put in place of: a function pointer, or an address as dlsym gives it.
template <class T>
concept tappable = std::is_null_pointer_v<T> ||(std::is_pointer_v<T> && (std::is_function_v<std::remove_pointer_t<T>> ||
                                                                         std::is_void_v<std::remove_pointer_t<T>>));

/// A live function pointer that knows no signature: whoever calls its address ends up in the handler, which reads and
/// writes the CPU, and then in the original, which finds the state that the handler left and the stack of the call.
/// cpu::skip() and cpu::go_on() lead the call elsewhere. All else is as of a frame: see there.
///
/// An exception of the original passes as if there were no tap; one of the handler reaches the caller, and the original
/// is not called.
class tap {
  public:
    /// No tap: address() is null.
    tap() noexcept = default;

    /// Makes a tap of a function with a handler, a callable taking cpu&, moved or copied into it.
    /// Throws error: errc::invalid_argument if function or handler is null or this CPU has no such level, others if no
    /// slot or memory is to be had; or what the handler's constructor throws.
    template <tappable Original, class Handler>
    explicit tap(Original of, Handler &&handler, level level = level::legacy, when_freed freed = when_freed::trap) {
        detail::check(make(of, static_cast<Handler &&>(handler), level, freed));
    }

    /// Makes a tap in place of what out was: CBF_OK, or why there is none, and out is unchanged; cbf_error_detail says
    /// more. Throws only what the handler's constructor throws.
    template <tappable Original, class Handler>
    [[nodiscard]] static cbf_status try_make(tap &out, Original of, Handler &&handler, level level = level::legacy,
                                             when_freed freed = when_freed::trap) {
        tap made;
        const cbf_status status = made.make(of, static_cast<Handler &&>(handler), level, freed);
        if (status == CBF_OK)
            out = std::move(made);
        return status;
    }

    /// Whether this is a live tap.
    explicit operator bool() const noexcept { return address() != nullptr; }

    /// The function pointer to put in the original's place, as an address.
    void *address() const noexcept CBF_LIFETIMEBOUND { return slot_.address(); }

    /// The same with a signature: as<int(int)>() is an int (*)(int).
    template <class Signature>
    Signature *as() const noexcept CBF_LIFETIMEBOUND {
        static_assert(std::is_function_v<Signature>,
                      "tap::as gives a pointer to a function type: write as<int(int)>(), "
                      "not as<int (*)(int)>()");
        return reinterpret_cast<Signature *>(reinterpret_cast<std::uintptr_t>(address()));
    }

    /// Where calls go on; null of no tap.
    void *original() const noexcept { return *this ? original_ : nullptr; }

    /// Gives the same address another handler. On an exception the old one stays.
    /// Throws what the constructor throws; error (errc::not_a_slot) on an empty tap.
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
    template <class Original, class Handler>
    cbf_status make(Original of, Handler &&handler, level level, when_freed freed) {
        const auto address = reinterpret_cast<std::uintptr_t>(of);
        original_ = reinterpret_cast<void *>(address);
        return slot_.make(static_cast<Handler &&>(handler), [=](const detail::target &to, cbf_status &why) {
            cbf_tap *made = nullptr;
            why = cbf_tap_new(&made, reinterpret_cast<cbf_function>(address), to.handler, to.user,
                              static_cast<unsigned>(level) | static_cast<unsigned>(freed));
            return made;
        });
    }

    detail::cpu_slot<cbf_tap> slot_;
    void *original_ = nullptr;
};

} // namespace cbframe

#endif
