// Slots whose handler gets the CPU: frames and taps.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/cpu.hpp>
#include <cbframe/detail/callable.hpp>
#include <cbframe/detail/kept.hpp>
#include <cbframe/error.hpp>

#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace cbframe::detail {

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

/// What frame_handler says.
template <class F>
concept cpu_handler = !cpu_copier<std::decay_t<F>> && std::invocable<std::decay_t<F> &, cpu &> &&
                      std::constructible_from<std::decay_t<F>, F>;

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
class held_callable final : public held, public allocated<alignment_of<held, Callable>()> {
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
    if constexpr (!cpu_handler<From>) {
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

inline cbf_status change(cbf_frame *slot, const target &to) noexcept {
    return cbf_frame_set(slot, to.handler, to.user);
}
inline cbf_status change(cbf_tap *slot, const target &to) noexcept { return cbf_tap_set(slot, to.handler, to.user); }
inline cbf_status give(cbf_frame *slot) noexcept { return cbf_frame_free(slot); }
inline cbf_status give(cbf_tap *slot) noexcept { return cbf_tap_free(slot); }

/// A live slot with who owns what its handler needs, or none. Slot: what it is in C. Frees the slot, then lets go.
template <class Slot>
class cpu_slot {
  public:
    cpu_slot() noexcept = default;
    cpu_slot(cpu_slot &&other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), owner_(std::exchange(other.owner_, nullptr)) {}
    cpu_slot &operator=(cpu_slot &&other) noexcept {
        cpu_slot moved(static_cast<cpu_slot &&>(other));
        std::swap(slot_, moved.slot_);
        std::swap(owner_, moved.owner_);
        return *this;
    }
    ~cpu_slot() {
        if (slot_ != nullptr)
            must(give(slot_));
        if (owner_ != nullptr)
            owner_->release();
    }

    void *address() const noexcept { return slot_; }

    /// take: a Slot *(const target &, cbf_status &), null with why there is none.
    template <class Handler, class Take>
    cbf_status make(Handler &&handler, const Take &take) {
        target to;
        cbf_status status = make_target(to, static_cast<Handler &&>(handler));
        if (status != CBF_OK) [[unlikely]]
            return status;
        slot_ = take(to, status);
        if (slot_ != nullptr) [[likely]]
            owner_ = std::exchange(to.owner, nullptr);
        return status;
    }

    template <class Handler>
    cbf_status set(Handler &&handler) {
        target to;
        cbf_status status = make_target(to, static_cast<Handler &&>(handler));
        if (status == CBF_OK)
            status = change(slot_, to);
        if (status == CBF_OK)
            std::swap(owner_, to.owner);
        return status;
    }

  private:
    Slot *slot_ = nullptr;
    held *owner_ = nullptr;
};

} // namespace cbframe::detail

#endif
