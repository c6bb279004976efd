// A function pointer whose handler gets the whole CPU.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/cpu.hpp>
#include <cbframe/detail/callable.hpp>
#include <cbframe/detail/kept.hpp>
#include <cbframe/error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
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
    explicit held_callable(From &&from) : callable_(static_cast<From &&>(from)) {}

    // The entry has one argument more for handlers: the record.
    static void call(cbf_cpu *cpu_state, void *user, const void *slot_record) {
        auto *self = static_cast<held_callable *>(user);
        if (!self->retain()) [[unlikely]]
            return cbf_v1_frame_call_again(cpu_state, slot_record);
        const struct releaser {
            held_callable *held;
            ~releaser() { held->release(); }
        } guard{self};
        invoke(self->callable_, *static_cast<cpu *>(cpu_state));
    }
    static cbf_handler handler() noexcept { return reinterpret_cast<cbf_handler>(reinterpret_cast<void (*)()>(&call)); }

    static void *operator new(std::size_t size) noexcept { return cbf_v1_allocate(size, alignof(held_callable)); }
    static void operator delete(void *memory) noexcept { cbf_v1_deallocate(memory, alignof(held_callable)); }

  private:
    void destroy() noexcept override {
        callable_.~Callable();
        cbf_v1_retire(this, alignof(held_callable));
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
    invoke(*std::launder(reinterpret_cast<const Callable *>(bytes)), *static_cast<cpu *>(cpu_state));
}

/// Handler and user of a record, and who owns what user points at (null: nobody need).
struct target {
    cbf_handler handler = nullptr;
    void *user = nullptr;
    held *owner = nullptr;

    target() = default;
    target(const target &) = delete;
    target &operator=(const target &) = delete;
    ~target() {
        if (owner != nullptr)
            owner->release();
    }
};

template <class From>
cbf_status make_target(target &out, From &&from) {
    using callable = std::decay_t<From>;
    static_assert(!cpu_copier<callable>, "the frame's handler gets a copy of the CPU, and what it writes is lost: "
                                         "write [](cbframe::cpu &cpu) {...}");
    static_assert(cpu_copier<callable> || std::invocable<callable &, cpu &>,
                  "the frame's handler cannot be called with a cbframe::cpu &: write [](cbframe::cpu &cpu) {...}");
    static_assert(std::constructible_from<callable, From>,
                  "the frame's handler cannot be copied: give it with std::move(handler)");
    if (is_null(from)) [[unlikely]]
        return null_callable();
    if constexpr (!frame_handler<From>) {
        return CBF_INVALID_ARGUMENT; // said already
    } else if constexpr (fits_in_record<callable>) {
        const callable copy(static_cast<From &&>(from));
        out.handler = call_in_record<callable>;
        __builtin_memcpy(&out.user, static_cast<const void *>(&copy), sizeof(copy));
        return CBF_OK;
    } else {
        auto *const owner = new held_callable<callable>(static_cast<From &&>(from));
        if (owner == nullptr)
            return no_memory();
        out.handler = held_callable<callable>::handler();
        out.user = owner;
        out.owner = owner;
        return CBF_OK;
    }
}

} // namespace detail

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
            detail::must(cbf_frame_free(slot_));
        if (owner_ != nullptr)
            owner_->release();
    }

    /// Whether this is a live frame.
    explicit operator bool() const noexcept { return slot_ != nullptr; }

    /// The function pointer, as an address.
    void *address() const noexcept CBF_LIFETIMEBOUND { return slot_; }

    /// The function pointer with a signature: as<int(int)>() is an int (*)(int).
    template <class Signature>
    Signature *as() const noexcept CBF_LIFETIMEBOUND {
        static_assert(std::is_function_v<Signature>,
                      "frame::as gives a pointer to a function type: write as<int(int)>(), "
                      "not as<int (*)(int)>()");
        return reinterpret_cast<Signature *>(reinterpret_cast<std::uintptr_t>(slot_));
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
        detail::target target;
        cbf_status status = detail::make_target(target, static_cast<Handler &&>(handler));
        if (status == CBF_OK)
            status = cbf_frame_set(slot_, target.handler, target.user);
        if (status == CBF_OK)
            std::swap(owner_, target.owner);
        return status;
    }

  private:
    template <class Handler>
    cbf_status make(Handler &&handler, level level) {
        detail::target target;
        cbf_status status = detail::make_target(target, static_cast<Handler &&>(handler));
        if (status != CBF_OK) [[unlikely]]
            return status;
        slot_ = cbf_v1_frame_take(target.handler, target.user, static_cast<cbf_level>(level), &status);
        if (slot_ != nullptr) [[likely]]
            owner_ = std::exchange(target.owner, nullptr);
        return status;
    }

    cbf_frame *slot_ = nullptr;
    detail::held *owner_ = nullptr;
};

/// The most bytes of the caller's stack that one call through a frame takes before the handler runs.
inline std::size_t frame_stack_size(level level) noexcept {
    return cbf_frame_stack_size(static_cast<cbf_level>(level));
}

} // namespace cbframe

#endif
