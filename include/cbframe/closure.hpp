// A function pointer whose signature is known at run time, and whose handler gets the arguments.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/abi.hpp>
#include <cbframe/callable.hpp>
#include <cbframe/error.hpp>
#include <cbframe/kept.hpp>
#include <cbframe/type_of.hpp>

#include <concepts>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace cbframe {

class arguments;

// What decides how this file passes vectors. Always an argument, never in a function: files of one program may be
// compiled for different instruction sets, and the linker keeps one copy of an inline function.
#if defined(__AVX512F__)
#define CBF_WIDEST_VECTOR 64
#elif defined(__AVX__)
#define CBF_WIDEST_VECTOR 32
#elif defined(__SSE__)
#define CBF_WIDEST_VECTOR 16
#elif defined(__MMX__)
#define CBF_WIDEST_VECTOR 8
#else
#define CBF_WIDEST_VECTOR 0
#endif
#if defined(__clang__) || (defined(__SSE__) && !defined(__MMX__))
#define CBF_VECTOR_RULES (::cbframe::detail::vector_rules{CBF_WIDEST_VECTOR, true})
#else
#define CBF_VECTOR_RULES (::cbframe::detail::vector_rules{CBF_WIDEST_VECTOR, false})
#endif

namespace detail {

/// What decides how code passes SIMD vectors.
struct vector_rules {
    std::size_t widest_vector; ///< see abi::data_model
    bool is_irregular;         ///< passes what is wider, and more on i386, by rules of the compiler's own
};

} // namespace detail

/// The convention of the system's own C, whatever that is compiled for: layouts by it throw std::invalid_argument for a
/// vector of which the instruction set decides where it is passed. On System V x86-64 those are vectors of 32 and 64
/// bytes, on 32-bit x86 all. For those name a convention, such as abi::sysv_x64_avx.
CBF_API const abi::convention &native_convention() noexcept;

/// The same of the file that calls this, with vectors as it is compiled for. Layouts by it throw std::invalid_argument
/// for what its compiler passes by rules of its own (docs/abi-disputes.md).
CBF_API const abi::convention &compiled_convention(detail::vector_rules how = CBF_VECTOR_RULES) noexcept;

/// Whether this CPU's functions can be called by a convention: what prepared_signature asks.
CBF_API bool is_callable(const abi::convention &by) noexcept;

/// What sizeof and alignof say in C++ on this system: a class without members has one byte.
CBF_API const abi::data_model &native_data_model() noexcept;

namespace detail {

/// Where an argument or the result is while a call is under way.
struct place {
    enum class base : std::uint32_t {
        state,   ///< offset counts from the call_state
        stack,   ///< from the return address
        pointer, ///< as `state`, but there is only the address of the value
        pointer_on_stack,
    };
    std::int32_t offset = 0;
    base from = base::state;
    std::uint32_t size = 0;
};

/// Where an argument is as a rule: 32-bit C passes all of them on the stack.
inline constexpr place::base usual_base = sizeof(void *) == 4 ? place::base::stack : place::base::state;

/// Whether the place is where an argument is as a rule, and of this size: asked for every argument, in one comparison.
inline bool is_usual(const place &asked, std::size_t size) noexcept {
    std::uint64_t from_and_size;
    static_assert(offsetof(place, size) == offsetof(place, from) + sizeof(std::uint32_t));
    std::memcpy(&from_and_size, reinterpret_cast<const std::byte *>(&asked) + offsetof(place, from),
                sizeof(from_and_size));
    return from_and_size == (static_cast<std::uint64_t>(size) << 32 | static_cast<std::uint32_t>(usual_base));
}

/// Eight bytes to copy from one offset in the call_state to another.
struct move {
    std::int16_t from;
    std::int16_t to;
};

/// What is done to a result after the handler has returned, when it is not where the entry takes it from.
enum class finish : std::uint8_t {
    none,
    zero_8,
    sign_8,
    zero_16,
    sign_16,
    integer_then_vector,
    vector_then_integer,
    scatter,
};

/// What is known of a signature before any call, so that a call interprets nothing. Immutable.
struct plan {
    const place *places = nullptr; ///< of the named arguments
    std::uint32_t count = 0;
    std::uint32_t loads = 0; ///< LOAD_ number for the entry, and on i386 what it pops
    std::uint32_t room = 0;  ///< bytes that begin() needs
    bool is_simple = false;  ///< neither begin() nor end() has anything to do
    cbframe::detail::finish finish = finish::none;
    place result;
    void (*entry)() = nullptr;
};

/// One call: lies on the stack, filled by the entry. See src/arch/*/typed.S.
struct call_state {
    const plan *rules;
    std::byte *stack;
    alignas(8) unsigned char list[48 - 2 * sizeof(void *)]; ///< a va_list, and what next_argument() needs beside it
    alignas(16) std::byte general[16];
    std::byte vector[64];
};

/// What a typed slot leads to. The entry calls or jumps to the first word.
struct slot_object {
    void (*code)();
    void (*let_go)(slot_object *, void *slot) noexcept; ///< of the owner; slot: null if none has led here
};

/// That of a closure, whose code is an unsigned (call_state &, closure_object &).
struct closure_object : slot_object {
    std::shared_ptr<const plan> rules;
};

/// The let_go of a T, whose calls_of its callable may be under way: destroys the callable now, or when the last of them
/// has ended.
template <class T>
void let_go_of(slot_object *object, void *slot) noexcept {
    T *const self = static_cast<T *>(object);
    if (self->leave(slot))
        self->destroy();
}

/// As retire() does; the closure's rules last as long.
CBF_API void retire_closure(closure_object *object, std::size_t alignment) noexcept;

/// Goes on with a call that found a closure which nobody uses any more: with that which its slot leads to now.
CBF_API unsigned call_again(call_state &call, const void *slot);

/// What a typed slot finds at a fixed distance: R11 of x86-64, EAX of i386 point at it.
struct slot_record {
    void (*code)();
    slot_object *object;
};

/// room: as many bytes as the plan says, until the handler has returned.
CBF_API void begin(call_state &call, const plan &rules, void *room) noexcept;
CBF_API void end(call_state &call, finish how) noexcept;
CBF_API void *next_argument(call_state &call, const type &wanted);
[[noreturn]] CBF_API void no_such_argument(std::size_t index, std::size_t count);
[[noreturn]] CBF_API void no_such_argument_size(std::size_t index, std::size_t size, std::size_t asked);
[[noreturn]] CBF_API void no_such_result_size(std::size_t size, std::size_t asked);

// Behind functions of the caller's own: a call of the library's would have every function that may make one
// find the global offset table first, which in 32-bit code is a call in itself.
#define CBF_FAR [[noreturn, gnu::noinline, gnu::cold, gnu::visibility("hidden")]] inline void
CBF_FAR refuse_argument(std::size_t index, std::size_t count) { no_such_argument(index, count); }
CBF_FAR refuse_argument_size(std::size_t index, std::size_t size, std::size_t asked) {
    no_such_argument_size(index, size, asked);
}
CBF_FAR refuse_result_size(std::size_t size, std::size_t asked) { no_such_result_size(size, asked); }
#undef CBF_FAR

/// What a usual place's offset counts from.
inline std::byte *usual_start(call_state &call) noexcept {
    return usual_base == place::base::stack ? call.stack : reinterpret_cast<std::byte *>(&call);
}

inline void *address_of(call_state &call, const place &of) noexcept {
    if (of.from == usual_base) [[likely]]
        return usual_start(call) + of.offset;
    std::byte *const in_state = reinterpret_cast<std::byte *>(&call) + of.offset;
    if (of.from == place::base::state)
        return in_state;
    std::byte *const stacked = call.stack + of.offset;
    if (of.from == place::base::stack)
        return stacked;
    void *address;
    std::memcpy(&address, of.from == place::base::pointer ? in_state : stacked, sizeof(address));
    return address;
}

template <class T>
T &argument_of(arguments &from, std::size_t index) noexcept;

} // namespace detail

/// The arguments of one call and the place for its result: what the handler of a closure gets. Valid until the
/// handler returns, or destroys the closure.
class arguments : detail::call_state {
  public:
    arguments(const arguments &) = delete;
    arguments &operator=(const arguments &) = delete;

    /// How many named arguments there are.
    std::size_t count() const noexcept { return rules->count; }

    /// The value of a named argument, in place: of the size that its type has, writable.
    /// Throws std::out_of_range if there is no such argument.
    void *data(std::size_t index) {
        if (index >= rules->count) [[unlikely]]
            detail::refuse_argument(index, rules->count);
        return detail::address_of(*this, rules->places[index]);
    }

    /// A named argument as a T. Throws std::out_of_range if there is no such argument, std::invalid_argument if
    /// it has not the size of a T.
    template <class T>
    T &get(std::size_t index) {
        if (index >= rules->count) [[unlikely]]
            detail::refuse_argument(index, rules->count);
        const detail::place &place = rules->places[index];
        if (detail::is_usual(place, sizeof(T))) [[likely]]
            return *reinterpret_cast<T *>(detail::usual_start(*this) + place.offset);
        if (place.size != sizeof(T) && !std::is_empty_v<T>)
            detail::refuse_argument_size(index, place.size, sizeof(T));
        return *static_cast<T *>(detail::address_of(*this, place));
    }

    /// The next variadic argument, in place; valid until the next one is asked for. wanted: its type after the default
    /// argument promotions; the caller does not say how many there are, nor of what type. On 32-bit x86, where callers
    /// align it less than its type asks, one of more than 1024 bytes is not aligned. Throws std::logic_error if the
    /// signature has no `...`, std::invalid_argument if C passes no such type in place of `...`.
    void *next(const type &wanted) { return detail::next_argument(*this, wanted); }

    /// The same for a C++ type.
    template <class T>
    T next() {
        static const type &wanted = *new type(type_of<T>()); // never destroyed: calls go on until the process ends
        return *static_cast<T *>(next(wanted));
    }

    /// The variadic arguments that have not been read yet, for vprintf and its like: who reads this list reads
    /// them. It is this system's va_list whatever the convention: of Microsoft's, it gives what is passed by pointer as
    /// the pointer. Throws std::logic_error if the signature has no `...`, or, on Windows, is of a System V convention.
    CBF_API std::va_list &list();

    /// Where the result goes: as many bytes as its type has, zero at first unless the caller gave the memory
    /// (results too large for registers). Null if the result is void.
    void *result() noexcept { return rules->result.size == 0 ? nullptr : detail::address_of(*this, rules->result); }

    /// Stores the result. Throws std::invalid_argument if it has not the size of a T.
    template <class T>
    void result(const T &value) {
        const detail::place &to = rules->result;
        if (to.size != sizeof(T) && !std::is_empty_v<T>) [[unlikely]]
            detail::refuse_result_size(to.size, sizeof(T));
        if constexpr (std::is_scalar_v<T> && sizeof(T) < sizeof(std::uint64_t)) {
            if (to.from == detail::place::base::state) { // whole, as the entry loads it
                std::uint64_t whole = 0;
                if constexpr (std::is_integral_v<T>)
                    whole = static_cast<std::uint64_t>(value);
                else
                    std::memcpy(&whole, &value, sizeof(value));
                std::memcpy(detail::address_of(*this, to), &whole, sizeof(whole));
                return;
            }
        }
        std::memcpy(detail::address_of(*this, to), &value, sizeof(value));
    }

  private:
    template <class T>
    friend T &detail::argument_of(arguments &from, std::size_t index) noexcept;
};

/// Without the checks, for signatures that the compiler has seen.
template <class T>
T &detail::argument_of(arguments &from, std::size_t index) noexcept {
    return *static_cast<T *>(address_of(from, from.rules->places[index]));
}

/// A signature made ready for closures: laid out by a convention once, for any number of closures. Copies share.
class CBF_API prepared_signature {
  public:
    /// Throws std::invalid_argument as abi::layout() does, and if this CPU cannot be called by the convention.
    explicit prepared_signature(const signature &called, const abi::convention &by = compiled_convention());

    /// The same with sizes of another system, as gcc's __attribute__((ms_abi)) on Linux does.
    prepared_signature(const signature &called, const abi::convention &by, const abi::data_model &sizes);

    /// Where everything is.
    const abi::call_layout &layout() const noexcept;

    const std::shared_ptr<const detail::plan> &plan() const noexcept { return plan_; }

  private:
    std::shared_ptr<const detail::plan> plan_;
};

/// A callable object that can be the handler of a closure.
template <class F>
concept closure_handler = std::invocable < std::decay_t<F>
&, arguments & > &&std::constructible_from<std::decay_t<F>, F>;

namespace detail {

// What throws std::system_error with a cbframe::errc.
CBF_API void *take_typed_slot(void (*code)(), void *object);
CBF_API void set_typed_slot(void *slot, void (*code)(), void *object);
CBF_API void give_typed_slot(void *slot);

struct object_destroyer {
    void operator()(slot_object *object) const noexcept { object->let_go(object, nullptr); }
};
using owned_object = std::unique_ptr<slot_object, object_destroyer>;

/// A live typed slot and the object it leads to, or none. Frees the slot, then lets go of the object.
class typed_slot {
  public:
    typed_slot() noexcept = default;
    typed_slot(void (*entry)(), owned_object object)
        : slot_(take_typed_slot(entry, object.get())), object_(object.release()) {}
    typed_slot(typed_slot &&other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), object_(std::exchange(other.object_, nullptr)) {}
    typed_slot &operator=(typed_slot &&other) noexcept {
        typed_slot moved(std::move(other));
        std::swap(slot_, moved.slot_);
        std::swap(object_, moved.object_);
        return *this;
    }
    ~typed_slot() {
        if (slot_ != nullptr) {
            give_typed_slot(slot_);
            object_->let_go(object_, slot_);
        }
    }

    void *address() const noexcept { return slot_; }
    slot_object *object() const noexcept { return object_; }

    void set(void (*entry)(), owned_object object) {
        set_typed_slot(slot_, entry, object.get());
        slot_object *const before = std::exchange(object_, object.release());
        before->let_go(before, slot_);
    }

  private:
    void *slot_ = nullptr;
    slot_object *object_ = nullptr;
};

template <class Callable>
struct closure_of : closure_object, calls_of<Callable> {
    Callable callable;

    template <class From>
    closure_of(From &&from, std::shared_ptr<const plan> its_rules)
        : closure_object{{reinterpret_cast<void (*)()>(&call), let_go_of<closure_of>}, std::move(its_rules)},
          callable(std::forward<From>(from)) {}

    // The handler may destroy its closure: but for the count of calls, nothing of it is touched afterwards.
    static unsigned call(call_state &state, closure_object &object) {
        closure_of &self = static_cast<closure_of &>(object);
        const call_under_way under_way(self);
        if (!under_way) [[unlikely]]
            return call_again(state, self.slot());
        const plan &known = *object.rules;
        state.rules = &known;
        const unsigned loads = known.loads;
        if (!known.is_simple) [[unlikely]]
            call_with_care(state, object);
        else
            self.callable(reinterpret_cast<arguments &>(state));
        return loads;
    }

    [[gnu::noinline]] static void call_with_care(call_state &state, closure_object &object) {
        begin(state, *object.rules, __builtin_alloca(object.rules->room));
        const finish how = object.rules->finish;
        const std::shared_ptr<const plan> kept = how == finish::scatter ? object.rules : nullptr;
        static_cast<closure_of &>(object).callable(reinterpret_cast<arguments &>(state));
        end(state, how);
    }

    void destroy() noexcept {
        std::destroy_at(std::addressof(callable));
        retire_closure(this, alignof(closure_of));
    }
    static void *operator new(std::size_t size) { return allocate(size, alignof(closure_of)); }
    static void operator delete(void *memory) noexcept { deallocate(memory, alignof(closure_of)); }
};

/// The object of a closure that calls a callable, moved or copied into it.
template <class From>
owned_object make_closure_object(From &&callable, std::shared_ptr<const plan> rules) {
    static_assert(std::invocable<std::decay_t<From> &, arguments &>,
                  "the closure's handler cannot be called with a cbframe::arguments &: "
                  "write [](cbframe::arguments &args) {...}");
    static_assert(std::constructible_from<std::decay_t<From>, From>,
                  "the closure's handler cannot be copied: give it with std::move(handler)");
    refuse_if_null(callable);
    if constexpr (closure_handler<From>)
        return owned_object(new closure_of<std::decay_t<From>>(std::forward<From>(callable), std::move(rules)));
    else
        return nullptr; // said already
}

} // namespace detail

/// A live callback whose signature is a value: the handler gets its arguments and sets its result. Move-only; the
/// address stays the same when the closure moves. Freed with the object, after which a call of the address prints
/// it and aborts.
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
    /// closure. Throws std::invalid_argument if it is null, std::system_error (cbframe::errc) if no slot is to be had,
    /// std::bad_alloc, or what the handler's constructor throws.
    template <class Handler>
    closure(const prepared_signature &called, Handler &&handler)
        : slot_(called.plan()->entry, detail::make_closure_object(std::forward<Handler>(handler), called.plan())) {}

    /// Prepares the signature for this closure alone. Throws as prepared_signature does, too.
    template <class Handler>
    closure(const signature &called, Handler &&handler, const abi::convention &by = compiled_convention())
        : closure(prepared_signature(called, by), std::forward<Handler>(handler)) {}

    /// Whether this is a live closure.
    explicit operator bool() const noexcept { return address() != nullptr; }

    /// The function pointer, as an address.
    void *address() const noexcept { return slot_.address(); }

    /// The function pointer with a signature: as<int(int)>() is an int (*)(int). Nothing checks that it is this
    /// closure's.
    template <class Signature>
    Signature *as() const noexcept {
        static_assert(std::is_function_v<Signature>, "closure::as gives a pointer to a function type: write "
                                                     "as<int(int)>(), not as<int (*)(int)>()");
        return reinterpret_cast<Signature *>(reinterpret_cast<std::uintptr_t>(address()));
    }

    /// Gives the same address another handler. On an exception the old one stays.
    /// Throws what the constructor throws; std::system_error (errc::not_a_slot) on an empty closure.
    template <class Handler>
    void set(Handler &&handler) {
        if (!*this)
            throw std::system_error(errc::not_a_slot);
        const auto &rules = static_cast<detail::closure_object *>(slot_.object())->rules;
        slot_.set(rules->entry, detail::make_closure_object(std::forward<Handler>(handler), rules));
    }

  private:
    detail::typed_slot slot_;
};

} // namespace cbframe

#endif
