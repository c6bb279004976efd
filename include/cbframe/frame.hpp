// A function pointer whose calls end up in a handler that gets the whole CPU.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/callable.hpp>
#include <cbframe/cpu.hpp>
#include <cbframe/error.hpp>
#include <cbframe/kept.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace cbframe {

namespace detail {

// Whether a handler gets a copy of the CPU.
template <class Parameter>
concept copied_cpu = std::same_as<Parameter, cpu> || std::same_as<Parameter, cbf_cpu>;
template <class R, copied_cpu Parameter>
void takes_copy(R (*)(Parameter));
template <class R, class F, copied_cpu Parameter>
void takes_copy(R (F::*)(Parameter));
template <class R, class F, copied_cpu Parameter>
void takes_copy(R (F::*)(Parameter) const);

template <class F>
concept cpu_copier = requires(F handler) {
    takes_copy(handler);
}
|| requires { takes_copy(&F::operator()); };

} // namespace detail

/// A callable object that can be the handler of a frame.
template <class F>
concept frame_handler = !detail::cpu_copier<std::decay_t<F>> && std::invocable<std::decay_t<F> &, cpu &> &&
                        std::constructible_from<std::decay_t<F>, F>;

namespace detail {

// What throws std::system_error with a cbframe::errc.
CBF_API cbf_frame *take_slot(cbf_handler handler, void *user, level captured);
CBF_API void set_slot(cbf_frame *slot, cbf_handler handler, void *user);
CBF_API void give_slot(cbf_frame *slot);

/// Goes on with a call whose handler nobody uses any more: with that which the slot's record has now.
CBF_API void call_again(cbf_cpu *cpu_state, const void *slot_record);

/// A callable on the heap. It is counted, because a handler may free or re-set its own frame: the
/// callable lives until the last call that runs it has returned.
class held {
  public:
    held(const held &) = delete;
    held &operator=(const held &) = delete;
    bool retain() noexcept { return uses_.retain(); }
    void release() noexcept {
        if (uses_.release())
            destroy();
    }

  protected:
    held() = default;
    ~held() = default;

  private:
    /// Destroys the callable and retires the memory.
    virtual void destroy() noexcept = 0;

    use_count uses_;
};

template <class Callable>
class held_callable final : public held {
  public:
    template <class From>
    explicit held_callable(From &&from) : callable_(std::forward<From>(from)) {}

    // The entry has one argument more for handlers: the record.
    static void call(cbf_cpu *cpu_state, void *user, const void *slot_record) {
        auto *self = static_cast<held_callable *>(user);
        if (!self->retain()) [[unlikely]]
            return call_again(cpu_state, slot_record);
        const struct releaser {
            held_callable *held;
            ~releaser() { held->release(); }
        } guard{self};
        self->callable_(*static_cast<cpu *>(cpu_state));
    }
    static cbf_handler handler() noexcept { return reinterpret_cast<cbf_handler>(reinterpret_cast<void (*)()>(&call)); }

    static void *operator new(std::size_t size) { return allocate(size, alignof(held_callable)); }
    static void operator delete(void *memory) noexcept { deallocate(memory, alignof(held_callable)); }

  private:
    void destroy() noexcept override {
        std::destroy_at(std::addressof(callable_));
        retire(this, alignof(held_callable));
    }

    Callable callable_;
};

/// Whether a callable fits into the slot's own record: no heap, no count. A call works on a copy,
/// so the callable must not have state of its own that a call changes.
template <class Callable>
inline constexpr bool fits_in_record = std::is_trivially_copyable_v<Callable> && sizeof(Callable) <= sizeof(void *) &&
                                       alignof(Callable) <= alignof(void *) && std::invocable<const Callable &, cpu &>;

template <class Callable>
void call_in_record(cbf_cpu *cpu_state, void *user) {
    alignas(void *) unsigned char bytes[sizeof(void *)];
    __builtin_memcpy(bytes, &user, sizeof(bytes));
    (*std::launder(reinterpret_cast<const Callable *>(bytes)))(*static_cast<cpu *>(cpu_state));
}

/// Handler and user of a record, and who owns what user points at (null: nobody need).
struct target {
    cbf_handler handler;
    void *user;
    held *owner;
};

template <class From>
target make_target(From &&from) {
    using callable = std::decay_t<From>;
    static_assert(!cpu_copier<callable>, "the frame's handler gets a copy of the CPU, and what it writes is lost: "
                                         "write [](cbframe::cpu &cpu) {...}");
    static_assert(cpu_copier<callable> || std::invocable<callable &, cpu &>,
                  "the frame's handler cannot be called with a cbframe::cpu &: write [](cbframe::cpu &cpu) {...}");
    static_assert(std::constructible_from<callable, From>,
                  "the frame's handler cannot be copied: give it with std::move(handler)");
    refuse_if_null(from);
    if constexpr (!frame_handler<From>) {
        return {}; // said already
    } else if constexpr (fits_in_record<callable>) {
        const callable copy(std::forward<From>(from));
        void *user = nullptr;
        __builtin_memcpy(&user, static_cast<const void *>(&copy), sizeof(copy));
        return {call_in_record<callable>, user, nullptr};
    } else {
        auto *owner = new held_callable<callable>(std::forward<From>(from));
        return {held_callable<callable>::handler(), owner, owner};
    }
}

} // namespace detail

/// A live callback that knows no signature: whoever calls its address ends up in the handler, which
/// reads and writes the CPU. Move-only; the address stays the same when the frame moves. Freed with
/// the object, after which a call of the address prints it and aborts.
///
/// Calls are re-entrant and thread-safe, and an exception that the handler throws reaches the
/// caller of the function pointer. set() and the destructor may run inside the frame's own handler;
/// another thread must not be about to call the frame at that time. Neither constructor nor set() nor destructor is
/// async-signal-safe: in a signal handler that interrupted this thread while it made, changed or freed a callback the
/// first two throw errc::busy, and the destructor, which cannot fail, ends the process by std::terminate.
class frame {
  public:
    /// No frame: address() is null.
    frame() noexcept = default;

    /// Makes a frame of handler, a callable taking cpu&, moved or copied into the frame.
    /// Throws std::invalid_argument if it is null, std::system_error (cbframe::errc) if no slot is to be had,
    /// std::bad_alloc, or what the handler's constructor throws.
    template <class Handler>
    requires(!std::same_as<std::remove_cvref_t<Handler>, frame>) explicit frame(Handler &&handler,
                                                                                level captured = level::legacy) {
        const detail::target target = detail::make_target(std::forward<Handler>(handler));
        owner_ = target.owner;
        try {
            slot_ = detail::take_slot(target.handler, target.user, captured);
        } catch (...) {
            release(owner_);
            throw;
        }
    }

    frame(frame &&other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), owner_(std::exchange(other.owner_, nullptr)) {}

    frame &operator=(frame &&other) noexcept {
        frame moved(std::move(other));
        std::swap(slot_, moved.slot_);
        std::swap(owner_, moved.owner_);
        return *this;
    }

    ~frame() {
        if (slot_ != nullptr)
            detail::give_slot(slot_);
        release(owner_);
    }

    /// Whether this is a live frame.
    explicit operator bool() const noexcept { return slot_ != nullptr; }

    /// The function pointer, as an address.
    void *address() const noexcept { return slot_; }

    /// The function pointer with a signature: as<int(int)>() is an int (*)(int).
    template <class Signature>
    Signature *as() const noexcept {
        static_assert(std::is_function_v<Signature>,
                      "frame::as gives a pointer to a function type: write as<int(int)>(), "
                      "not as<int (*)(int)>()");
        return std::bit_cast<Signature *>(slot_);
    }

    /// Gives the same address another handler. On an exception the old one stays.
    /// Throws what the constructor throws; std::system_error (errc::not_a_slot) on an empty frame.
    template <class Handler>
    void set(Handler &&handler) {
        const detail::target target = detail::make_target(std::forward<Handler>(handler));
        try {
            detail::set_slot(slot_, target.handler, target.user);
        } catch (...) {
            release(target.owner);
            throw;
        }
        release(std::exchange(owner_, target.owner));
    }

  private:
    static void release(detail::held *owner) noexcept {
        if (owner != nullptr)
            owner->release();
    }

    cbf_frame *slot_ = nullptr;
    detail::held *owner_ = nullptr;
};

/// The most bytes of the caller's stack that one call through a frame takes before the handler runs.
inline std::size_t frame_stack_size(level captured) noexcept {
    return cbf_frame_stack_size(static_cast<cbf_level>(captured));
}

} // namespace cbframe

#endif
