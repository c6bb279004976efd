// A function pointer whose signature is known at run time, and whose handler gets the arguments.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/convention.hpp>
#include <cbframe/detail/callable.hpp>
#include <cbframe/detail/kept.hpp>
#include <cbframe/detail/place.hpp>
#include <cbframe/error.hpp>
#include <cbframe/type_of.hpp>

#include <concepts>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace cbframe {

class arguments;

namespace abi {
struct call_layout;
} // namespace abi

namespace detail {

/// The let_go of a T, whose calls_of its callable may be under way: destroys the callable now, or when the last of them
/// has ended.
template <class T>
void let_go_of(cbf_v1_object *object, void *slot) {
    T *const self = static_cast<T *>(reinterpret_cast<typename T::c_object *>(object));
    if (self->leave(slot))
        self->destroy();
}

// See CBF_FAR.
CBF_FAR refuse_argument(std::size_t index, std::size_t count) {
    cbf_v1_no_such_argument(index, count);
    raise(CBF_INVALID_ARGUMENT);
}
CBF_FAR refuse_size(std::ptrdiff_t index, std::size_t size, std::size_t expected) {
    cbf_v1_not_of_size(index, size, expected);
    raise(CBF_INVALID_ARGUMENT);
}

template <class T>
T &argument_of(arguments &from, std::size_t index) noexcept;

} // namespace detail

/// The arguments of one call and the place for its result: what the handler of a closure gets. Valid until the
/// handler returns, or destroys the closure.
class arguments : cbf_v1_call {
  public:
    arguments(const arguments &) = delete;
    arguments &operator=(const arguments &) = delete;

    /// How many named arguments there are.
    std::size_t count() const noexcept { return plan->count; }

    /// The address of a named argument, writable, with the size of its type.
    /// Throws error (errc::invalid_argument) if there is no such argument.
    void *data(std::size_t index) {
        if (index >= plan->count) [[unlikely]]
            detail::refuse_argument(index, plan->count);
        return detail::address_of(*this, plan->places[index]);
    }

    /// A named argument as a T. Throws error (errc::invalid_argument) if there is no such argument, or if it has not
    /// the size of a T.
    template <class T>
    T &get(std::size_t index) {
        if (index >= plan->count) [[unlikely]]
            detail::refuse_argument(index, plan->count);
        const cbf_v1_place &place = plan->places[index];
        if (detail::is_usual(place, sizeof(T))) [[likely]]
            return *reinterpret_cast<T *>(detail::usual_start(*this) + place.offset);
        if (place.size != sizeof(T) && !std::is_empty_v<T>)
            detail::refuse_size(static_cast<std::ptrdiff_t>(index), place.size, sizeof(T));
        return *static_cast<T *>(detail::address_of(*this, place));
    }

    /// The address of the next variadic argument, valid until the next call of this function. type: its type after the
    /// default argument promotions; how many there are and of what types cannot be known. On 32-bit x86, where callers
    /// align arguments less than their types, one of more than 1024 bytes is not aligned. Throws error
    /// (errc::invalid_argument) if the signature has no `...`, or if C passes no such type in place of `...`.
    void *next(const type &type) {
        void *const found = cbf_next_argument(c(), type.handle());
        if (found == nullptr) [[unlikely]]
            detail::raise(CBF_INVALID_ARGUMENT);
        return found;
    }

    /// The same for a C++ type.
    template <class T>
    T next() {
        static const auto &type =
            *new cbframe::type(type_of<T>()); // never destroyed: calls go on until the process ends
        return *static_cast<T *>(next(type));
    }

    /// The variadic arguments that have not been read, for vprintf and similar functions. Reading the list consumes
    /// them. It is this system's va_list for every convention: with Microsoft's, an argument that is passed by pointer
    /// is read as the pointer. Throws error (errc::invalid_argument) if the signature has no `...`, or, on Windows, is
    /// of a System V convention.
    std::va_list &list() {
        void *const found = cbf_argument_list(c());
        if (found == nullptr) [[unlikely]]
            detail::raise(CBF_INVALID_ARGUMENT);
        return *static_cast<std::va_list *>(found);
    }

    /// The address of the result, with the size of its type; zero at first, unless it is in memory of the caller
    /// (results too large for registers). Null if the result is void.
    void *result() noexcept { return plan->result.size == 0 ? nullptr : detail::address_of(*this, plan->result); }

    /// Stores the result. Throws error (errc::invalid_argument) if it has not the size of a T.
    template <class T>
    void result(const T &value) {
        const cbf_v1_place &to = plan->result;
        if (to.size != sizeof(T) && !std::is_empty_v<T>) [[unlikely]]
            detail::refuse_size(-1, to.size, sizeof(T));
        if constexpr (std::is_scalar_v<T> && sizeof(T) < sizeof(std::uint64_t)) {
            if (to.base == CBF_BASE_ARGUMENTS) { // whole, as the entry loads it
                std::uint64_t whole = 0;
                if constexpr (std::is_integral_v<T>)
                    whole = static_cast<std::uint64_t>(value);
                else
                    __builtin_memcpy(&whole, &value, sizeof(value));
                __builtin_memcpy(detail::address_of(*this, to), &whole, sizeof(whole));
                return;
            }
        }
        __builtin_memcpy(detail::address_of(*this, to), &value, sizeof(value));
    }

  private:
    template <class T>
    friend T &detail::argument_of(arguments &from, std::size_t index) noexcept;
    cbf_arguments *c() noexcept { return reinterpret_cast<cbf_arguments *>(static_cast<cbf_v1_call *>(this)); }
};

/// Without the checks, for signatures that the compiler has seen.
template <class T>
T &detail::argument_of(arguments &from, std::size_t index) noexcept {
    return *static_cast<T *>(address_of(from, from.plan->places[index]));
}

/// A signature with its layout by a convention, computed once for any number of closures. Copies share.
class prepared_signature {
  public:
    /// No signature: no closure can be made of it.
    prepared_signature() noexcept = default;

    /// Throws error as abi::layout() does, and errc::bad_convention if this CPU cannot be called by the convention;
    /// error (errc::no_memory), std::bad_alloc.
    explicit prepared_signature(const signature &signature, const abi::convention &convention = compiled_convention())
        : prepared_signature(signature, convention, *convention.model) {}

    /// The same with sizes of another system, as for gcc's __attribute__((ms_abi)) on Linux.
    prepared_signature(const signature &signature, const abi::convention &convention, const abi::data_model &sizes) {
        detail::check(prepare(signature, convention, sizes));
    }

    prepared_signature(const prepared_signature &other) noexcept
        : handle_(cbf_signature_share(other.handle_)), plan_(other.plan_) {}
    prepared_signature &operator=(prepared_signature other) noexcept {
        std::swap(handle_, other.handle_);
        std::swap(plan_, other.plan_);
        return *this;
    }
    ~prepared_signature() { cbf_signature_free(handle_); }

    /// Prepares one and stores it in out: CBF_OK, or why there is none, and out is unchanged. Throws
    /// std::bad_alloc.
    [[nodiscard]] static cbf_status try_make(prepared_signature &out, const signature &signature,
                                             const abi::convention &convention = compiled_convention()) {
        return out.prepare(signature, convention, *convention.model);
    }

    /// Where everything is. Defined in abi.hpp.
    abi::call_layout layout() const;

    /// What a call needs of it, valid as long as it is; null for none.
    const cbf_v1_plan *plan() const noexcept { return plan_; }

  private:
    cbf_status prepare(const signature &signature, const abi::convention &convention, const abi::data_model &sizes) {
        const std::vector<const cbf_type *> parameters = detail::handles_of(signature.parameters);
        cbf_signature *made = nullptr;
        const cbf_status status =
            cbf_v1_signature_new(&made, signature.result.handle(), parameters.data(), parameters.size(),
                                 signature.variadic ? 1 : 0, &convention, &sizes);
        if (status == CBF_OK) {
            cbf_signature_free(std::exchange(handle_, made));
            plan_ = cbf_v1_signature_plan(handle_);
        }
        return status;
    }

    cbf_signature *handle_ = nullptr;
    const cbf_v1_plan *plan_ = nullptr;
};

/// A callable object that can be the handler of a closure.
template <class F>
concept closure_handler = std::invocable < std::decay_t<F>
&, arguments & > &&std::constructible_from<std::decay_t<F>, F>;

namespace detail {

/// A live typed slot and the object it leads to, or an object alone, or none. Frees the slot, then lets go of the
/// object.
class typed_slot {
  public:
    typed_slot() noexcept = default;
    explicit typed_slot(cbf_v1_object *object) noexcept : object_(object) {}
    typed_slot(typed_slot &&other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), object_(std::exchange(other.object_, nullptr)) {}
    typed_slot &operator=(typed_slot &&other) noexcept {
        typed_slot moved(static_cast<typed_slot &&>(other));
        std::swap(slot_, moved.slot_);
        std::swap(object_, moved.object_);
        return *this;
    }
    ~typed_slot() {
        if (slot_ != nullptr)
            must(cbf_v1_slot_give(slot_));
        if (object_ != nullptr)
            object_->let_go(object_, slot_);
    }

    void *address() const noexcept { return slot_; }
    cbf_v1_object *object() const noexcept { return object_; }

    /// Takes a slot for the object, of which there must be one.
    cbf_status take(void (*entry)()) noexcept {
        cbf_status why = CBF_OK;
        slot_ = cbf_v1_slot_take(entry, object_, &why);
        return slot_ != nullptr ? CBF_OK : why;
    }

    /// Leads to another's object from now on, which has no slot.
    cbf_status set(void (*entry)(), typed_slot &&other) noexcept {
        const cbf_status status = cbf_v1_slot_set(slot_, entry, other.object_);
        if (status == CBF_OK) {
            cbf_v1_object *const before = std::exchange(object_, std::exchange(other.object_, nullptr));
            before->let_go(before, slot_);
        }
        return status;
    }

  private:
    void *slot_ = nullptr;
    cbf_v1_object *object_ = nullptr;
};

template <class Callable>
struct closure_object : cbf_v1_closure,
                        calls_of<Callable>,
                        allocated<alignment_of<cbf_v1_closure, calls_of<Callable>, Callable>()> {
    using c_object = cbf_v1_closure;
    Callable callable;

    template <class From>
    closure_object(void (*its_code)(), From &&from)
        : cbf_v1_closure{{its_code, let_go_of<closure_object>}, nullptr}, callable(static_cast<From &&>(from)) {}

    void destroy() noexcept {
        callable.~Callable();
        cbf_v1_retire_closure(this, alignof(closure_object));
    }
};

/// A share of a plan, or of none.
class plan_share {
  public:
    explicit plan_share(const cbf_v1_plan *plan) noexcept
        : plan_(plan != nullptr ? cbf_v1_plan_share(plan) : nullptr) {}
    plan_share(const plan_share &) = delete;
    plan_share &operator=(const plan_share &) = delete;
    ~plan_share() { cbf_v1_plan_free(plan_); }

  private:
    const cbf_v1_plan *plan_;
};

/// The code of a closure whose Handler gives a callable its arguments.
template <class Handler, class Callable>
struct closure_code {
    // The handler may destroy its closure: but for the count of calls, nothing of it is touched afterwards.
    static unsigned call(cbf_v1_call &state, cbf_v1_closure &object) {
        auto &self = static_cast<closure_object<Callable> &>(object);
        const call_under_way under_way(self);
        if (!under_way) [[unlikely]]
            return cbf_v1_call_again(&state, self.slot());
        const cbf_v1_plan &plan = *object.plan;
        state.plan = &plan;
        const unsigned loads = plan.loads;
        if (plan.simple == 0) [[unlikely]]
            call_with_care(state, self.callable, plan);
        else
            Handler::handle(self.callable, reinterpret_cast<arguments &>(state));
        return loads;
    }

    [[gnu::noinline]] static void call_with_care(cbf_v1_call &state, Callable &callable, const cbf_v1_plan &plan) {
        cbf_v1_call_begin(&state, &plan, __builtin_alloca(plan.room));
        const unsigned finish = plan.finish;
        const plan_share kept(plan.scatter != 0 ? &plan : nullptr);
        Handler::handle(callable, reinterpret_cast<arguments &>(state));
        cbf_v1_call_end(&state, finish);
    }
};

/// The handler of a closure is the callable itself.
struct handing_over {
    template <class Callable>
    static void handle(Callable &callable,
                       arguments &args) noexcept(std::is_nothrow_invocable_v<Callable &, arguments &>) {
        invoke(callable, args);
    }
};

/// Makes the object of a closure that calls a callable, moved or copied into it.
template <class Handler, class From>
cbf_status make_closure_object(typed_slot &out, From &&callable, const cbf_v1_plan *plan) {
    using kept = std::decay_t<From>;
    auto *const its_code = reinterpret_cast<void (*)()>(&closure_code<Handler, kept>::call);
    auto *const made = new closure_object<kept>(its_code, static_cast<From &&>(callable));
    if (made == nullptr)
        return no_memory();
    made->plan = cbf_v1_plan_share(plan);
    out = typed_slot(&made->object);
    return CBF_OK;
}

/// The same of a closure's handler.
template <class From>
cbf_status make_closure_object(typed_slot &out, From &&handler, const cbf_v1_plan *plan) {
    static_assert(std::invocable<std::decay_t<From> &, arguments &>,
                  "the closure's handler cannot be called with a cbframe::arguments &: "
                  "write [](cbframe::arguments &args) {...}");
    static_assert(std::constructible_from<std::decay_t<From>, From>,
                  "the closure's handler cannot be copied: give it with std::move(handler)");
    if (is_null(handler)) [[unlikely]]
        return null_callable();
    if constexpr (closure_handler<From>)
        return make_closure_object<handing_over>(out, static_cast<From &&>(handler), plan);
    else
        return CBF_INVALID_ARGUMENT; // said already
}

} // namespace detail

/// A live callback whose signature is a value: the handler gets the arguments and sets the result. Move-only; the
/// address stays the same when the closure moves. The destructor frees it; calling the address afterwards prints it and
/// aborts.
///
/// Calls are re-entrant and thread-safe, and an exception that the handler throws reaches the caller of the
/// function pointer. The handler may destroy or re-set its own closure if it touches neither its captures nor the
/// arguments afterwards, as with `delete this`; another thread must not be calling the closure then. Constructor, set()
/// and destructor are not async-signal-safe, as of frame.
class closure {
  public:
    /// No closure: address() is null.
    closure() noexcept = default;

    /// A closure of an already prepared signature. handler: a callable taking arguments &, moved or copied into the
    /// closure. Throws error: errc::invalid_argument if it is null, others if no slot or memory is available; or what
    /// the handler's constructor throws.
    template <class Handler>
    closure(const prepared_signature &signature, Handler &&handler) {
        detail::check(make(signature, static_cast<Handler &&>(handler)));
    }

    /// Prepares the signature for this closure alone. Throws as prepared_signature does, too.
    template <class Handler>
    closure(const signature &signature, Handler &&handler, const abi::convention &convention = compiled_convention())
        : closure(prepared_signature(signature, convention), static_cast<Handler &&>(handler)) {}

    /// Makes a closure and stores it in out: CBF_OK, or why there is none, and out is unchanged; cbf_error_detail
    /// says more. Throws only what the handler's constructor throws.
    template <class Handler>
    [[nodiscard]] static cbf_status try_make(closure &out, const prepared_signature &signature, Handler &&handler) {
        closure made;
        const cbf_status status = made.make(signature, static_cast<Handler &&>(handler));
        if (status == CBF_OK)
            out = static_cast<closure &&>(made);
        return status;
    }

    /// Whether this is a live closure.
    explicit operator bool() const noexcept { return address() != nullptr; }

    /// The function pointer, as an address.
    void *address() const noexcept CBF_LIFETIMEBOUND { return slot_.address(); }

    /// The function pointer with a signature: as<int(int)>() is an int (*)(int). It is not checked that this is the
    /// closure's signature.
    template <class Signature>
    Signature *as() const noexcept CBF_LIFETIMEBOUND {
        static_assert(std::is_function_v<Signature>, "closure::as gives a pointer to a function type: write "
                                                     "as<int(int)>(), not as<int (*)(int)>()");
        return reinterpret_cast<Signature *>(reinterpret_cast<std::uintptr_t>(address()));
    }

    /// Gives the same address another handler. On an exception the old one stays.
    /// Throws what the constructor throws; error (errc::not_a_slot) on an empty closure.
    template <class Handler>
    void set(Handler &&handler) {
        detail::check(try_set(static_cast<Handler &&>(handler)));
    }

    /// The same: CBF_OK, or why not. Throws only what the handler's constructor throws.
    template <class Handler>
    [[nodiscard]] cbf_status try_set(Handler &&handler) {
        if (!*this)
            return cbf_v1_fail(CBF_NOT_A_SLOT, cbf_strerror(CBF_NOT_A_SLOT));
        const cbf_v1_plan *const plan = reinterpret_cast<cbf_v1_closure *>(slot_.object())->plan;
        detail::typed_slot object;
        const cbf_status status = detail::make_closure_object(object, static_cast<Handler &&>(handler), plan);
        return status != CBF_OK ? status : slot_.set(plan->entry, static_cast<detail::typed_slot &&>(object));
    }

  private:
    template <class Handler>
    cbf_status make(const prepared_signature &signature, Handler &&handler) {
        const cbf_v1_plan *const plan = signature.plan();
        if (plan == nullptr)
            return cbf_v1_fail(CBF_INVALID_ARGUMENT, "the signature is none");
        const cbf_status status = detail::make_closure_object(slot_, static_cast<Handler &&>(handler), plan);
        return status != CBF_OK ? status : slot_.take(plan->entry);
    }

    detail::typed_slot slot_;
};

} // namespace cbframe

#endif
