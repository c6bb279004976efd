// A function pointer in place of another: its calls are seen by a handler, and go on.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/frame.hpp>

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

    tap(tap &&other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)),
          owner_(std::exchange(other.owner_, nullptr)),
          original_(std::exchange(other.original_, nullptr)) {}

    tap &operator=(tap &&other) noexcept {
        tap moved(std::move(other));
        std::swap(slot_, moved.slot_);
        std::swap(owner_, moved.owner_);
        std::swap(original_, moved.original_);
        return *this;
    }

    ~tap() {
        if (slot_ != nullptr)
            detail::must(cbf_tap_free(slot_));
        if (owner_ != nullptr)
            owner_->release();
    }

    /// Whether this is a live tap.
    explicit operator bool() const noexcept { return slot_ != nullptr; }

    /// The function pointer to put in the original's place, as an address.
    void *address() const noexcept CBF_LIFETIMEBOUND { return slot_; }

    /// The same with a signature: as<int(int)>() is an int (*)(int).
    template <class Signature>
    Signature *as() const noexcept CBF_LIFETIMEBOUND {
        static_assert(std::is_function_v<Signature>,
                      "tap::as gives a pointer to a function type: write as<int(int)>(), "
                      "not as<int (*)(int)>()");
        return reinterpret_cast<Signature *>(reinterpret_cast<std::uintptr_t>(slot_));
    }

    /// Where calls go on.
    void *original() const noexcept { return original_; }

    /// Gives the same address another handler. On an exception the old one stays.
    /// Throws what the constructor throws; error (errc::not_a_slot) on an empty tap.
    template <class Handler>
    void set(Handler &&handler) {
        detail::check(try_set(static_cast<Handler &&>(handler)));
    }

    /// The same: CBF_OK, or why not. Throws only what the handler's constructor throws.
    template <class Handler>
    [[nodiscard]] cbf_status try_set(Handler &&handler) {
        detail::target target;
        cbf_status status = detail::make_target(target, static_cast<Handler &&>(handler));
        if (status == CBF_OK)
            status = cbf_tap_set(slot_, target.handler, target.user);
        if (status == CBF_OK)
            std::swap(owner_, target.owner);
        return status;
    }

  private:
    template <class Original, class Handler>
    cbf_status make(Original of, Handler &&handler, level level, when_freed freed) {
        detail::target target;
        cbf_status status = detail::make_target(target, static_cast<Handler &&>(handler));
        if (status != CBF_OK) [[unlikely]]
            return status;
        const auto address = reinterpret_cast<std::uintptr_t>(of);
        status = cbf_tap_new(&slot_, reinterpret_cast<cbf_function>(address), target.handler, target.user,
                             static_cast<unsigned>(level) | static_cast<unsigned>(freed));
        if (status == CBF_OK) [[likely]] {
            owner_ = std::exchange(target.owner, nullptr);
            original_ = reinterpret_cast<void *>(address);
        }
        return status;
    }

    cbf_tap *slot_ = nullptr;
    detail::held *owner_ = nullptr;
    void *original_ = nullptr;
};

} // namespace cbframe

#endif
