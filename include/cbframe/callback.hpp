// A function pointer made from any callable, with the signature known at compile time.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/closure.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wattributes" // -Wpedantic: of a thiscall function that is no member
#pragma GCC diagnostic ignored "-Wpsabi"      // that the instruction set decides how vectors are passed

namespace cbframe {

namespace detail {

/// What in a function type says by which convention it is called; none: the system's own.
enum class attribute { none, ms_abi, stdcall, fastcall, thiscall };

/// What this compiler makes of it.
inline const abi::convention &convention_of(attribute attribute, vector_rules rules) noexcept {
#if defined(__clang__)
    constexpr const char *ms_abi = "ms_x64";
#else
    constexpr const char *ms_abi = "ms_x64_mingw";
#endif
#if defined(_WIN32)
    constexpr const char *x86[] = {"stdcall_x86_mingw", "fastcall_x86_mingw", "thiscall_x86_mingw"};
#else
    constexpr const char *x86[] = {"stdcall_x86_sysv", "fastcall_x86_sysv", "thiscall_x86_sysv"};
#endif
    switch (attribute) {
    case attribute::ms_abi:
        return *cbf_convention_find(ms_abi);
    case attribute::stdcall:
        return *cbf_convention_find(x86[0]);
    case attribute::fastcall:
        return *cbf_convention_find(x86[1]);
    case attribute::thiscall:
        return *cbf_convention_find(x86[2]);
    case attribute::none:
        break;
    }
    return compiled_convention(rules);
}

/// What is to be known of a C++ function type, so that a compiler has few functions to make for each.
struct function_type {
    signature (*get)();
    detail::attribute attribute;
    vector_rules rules;
    bool has_free_register; ///< for certain
};

[[gnu::noinline, gnu::cold]] inline cbf_status find_new_route(const cbf_v1_route *&cache, const cbf_v1_route *&out,
                                                              const function_type &of) {
    const signature its_signature = of.get();
    const std::vector<const cbf_type *> parameters = handles_of(its_signature.parameters);
    cbf_v1_route found{};
    cbf_status status = cbf_v1_route_find(&found, its_signature.result.handle(), parameters.data(), parameters.size(),
                                          &convention_of(of.attribute, of.rules), of.rules.c());
    if (status != CBF_OK)
        return status;
    auto *const kept = static_cast<cbf_v1_route *>(cbf_v1_allocate(sizeof(cbf_v1_route), alignof(cbf_v1_route)));
    if (kept == nullptr)
        status = no_memory();
    else if (found.plan != nullptr && of.has_free_register)
        status = cbf_v1_fail(CBF_INVALID_ARGUMENT, "no register is left for the callback's object, though its types "
                                                   "leave one");
    else {
        *kept = found;
        if (__atomic_compare_exchange_n(&cache, &out, kept, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            out = kept;
            return CBF_OK;
        }
    } // else another thread was faster
    cbf_v1_plan_free(found.plan);
    if (kept != nullptr)
        cbf_v1_deallocate(kept, alignof(cbf_v1_route));
    return status;
}

/// How calls of a function type get to its callbacks, found when the first one is made, and never given back: callbacks
/// are made and called until the process ends. What has failed is tried again.
inline cbf_status find_route(const cbf_v1_route *&cache, const cbf_v1_route *&out, const function_type &of) {
    out = __atomic_load_n(&cache, __ATOMIC_ACQUIRE);
    return out != nullptr ? CBF_OK : find_new_route(cache, out, of);
}

/// Whether what this file is compiled for may decide how the type is passed: a vector, or a class as large as one.
template <class T>
constexpr bool may_be_vector() {
    constexpr std::size_t narrowest = sizeof(void *) == 4 ? 8 : 32, widest = 64;
    if constexpr (std::is_class_v<T> || std::is_union_v<T>)
        return sizeof(T) >= narrowest && sizeof(T) <= widest && (sizeof(T) & (sizeof(T) - 1)) == 0;
    else
        return vector_type<T>;
}

/// The rules of a function that has these types: all the same but where they decide.
template <class... Types>
struct rules_of_types {
    static constexpr vector_rules get(vector_rules compiled) {
        return (may_be_vector<std::remove_cv_t<Types>>() || ...) ? compiled : vector_rules{64, false};
    }
};

/// Those of a function type.
template <class Function>
struct rules_of {
    static constexpr vector_rules get(vector_rules compiled) { return compiled; }
};

/// An argument or result as a closure sees it.
template <class T>
using seen_as = std::conditional_t<std::is_reference_v<T> || is_passed_by_address<std::remove_cv_t<T>>,
                                   std::remove_reference_t<T> *, std::remove_cv_t<T>>;

template <class T>
T &&take_argument(seen_as<T> &value) {
    if constexpr (std::is_reference_v<T>)
        return static_cast<T &&>(*value);
    else if constexpr (is_passed_by_address<std::remove_cv_t<T>>)
        return static_cast<T &&>(*value);
    else
        return static_cast<T &&>(value);
}

/// An argument of a call that begins again: what is passed by address stays where it is, for it need not be movable.
template <class T>
using passed_again = std::conditional_t<is_passed_by_address<std::remove_cv_t<T>>, T &, T>;

template <class T>
decltype(auto) pass_again(std::remove_reference_t<T> &value) noexcept {
    if constexpr (!is_passed_by_address<std::remove_cv_t<T>> && std::is_constructible_v<T, T &&>)
        return static_cast<T &&>(value);
    else
        return (value);
}

template <class Function>
Function function_at(void *address) noexcept {
    return reinterpret_cast<Function>(reinterpret_cast<std::uintptr_t>(address));
}

/// A result that is no trivial copy is built in memory that the caller gives.
template <class R>
inline constexpr bool is_built_in_place = is_passed_by_address<std::remove_cv_t<R>>;

/// A type that every convention returns so.
inline type returned_in_memory() {
    constexpr std::size_t too_large_for_registers = 65;
    return type::structure(
        "", {{.name = "bytes", .type = type::array(type_kind::char_, too_large_for_registers), .bits = {}}});
}

/// The signature as C: see is_passed_by_address.
template <class R, class... Args>
signature c_signature() {
    if constexpr (is_built_in_place<R>)
        return {returned_in_memory(), types_of<Args...>(), false};
    else
        return {type_of<R>(), types_of<Args...>(), false};
}

/// The handler of a callback that is a closure.
template <class Indices, vector_rules, bool Noexcept, class R, class... Args>
struct unpacking;
template <std::size_t... I, vector_rules Rules, bool Noexcept, class R, class... Args>
struct unpacking<std::index_sequence<I...>, Rules, Noexcept, R, Args...> {
    template <class Callable>
    static void handle(Callable &callable, arguments &from) noexcept(Noexcept) {
        const auto call = [&]() -> R {
            return static_cast<R>(invoke(callable, take_argument<Args>(argument_of<seen_as<Args>>(from, I))...));
        };
        if constexpr (is_built_in_place<R>)
            ::new (from.result()) R(call());
        else if constexpr (std::is_void_v<R>)
            call();
        else if constexpr (std::is_reference_v<R>)
            from.result<std::remove_reference_t<R> *>(__builtin_addressof(call()));
        else
            from.result<R>(call());
    }
};

/// How many general registers arguments take at most, by any convention that has eight for floating numbers: a large
/// one may be passed by its address, a class may be two floating numbers, and those that find none of the eight may go
/// on in the general ones, as on RISC-V.
template <class... Args>
constexpr std::size_t general_words() {
    constexpr std::size_t word = 8, floating_registers = 8;
    const std::size_t words = (std::size_t{0} + ... +
                               (std::is_floating_point_v<Args> && sizeof(Args) <= word ? 0
                                : sizeof(Args) > 2 * word                              ? 1
                                                          : (sizeof(Args) + word - 1) / word));
    const std::size_t floating = (std::size_t{0} + ... +
                                  (std::is_floating_point_v<Args> ? 1
                                   : std::is_scalar_v<Args>       ? 0
                                                                  : 2));
    return floating > floating_registers ? words + floating - floating_registers : words;
}

/// Whether a general register is left for the object however the types are passed. Where that is certain, what makes a
/// closure is not compiled, a third of all that a callback takes.
template <attribute Attribute, class R, class... Args>
constexpr bool has_free_register() {
    using result = std::remove_cv_t<R>;
    constexpr bool is_number_in_memory = std::is_same_v<result, long double> || std::is_member_pointer_v<result>;
    constexpr bool is_maybe_in_memory =
        is_number_in_memory || !(std::is_void_v<R> || std::is_scalar_v<R> || std::is_reference_v<R>);
#if defined(__i386__)
    return (Attribute == attribute::none || Attribute == attribute::stdcall) && !is_maybe_in_memory &&
           (... && (alignof(seen_as<Args>) <= 8 && !may_be_vector<seen_as<Args>>()));
#else
#if defined(_WIN32) && defined(__x86_64__)
    constexpr bool is_microsofts = true;
#else
    constexpr bool is_microsofts = Attribute == attribute::ms_abi;
#endif
    constexpr std::size_t for_result = is_maybe_in_memory ? 1 : 0;
    if constexpr (is_microsofts)
        return for_result + sizeof...(Args) < 4;
    else
        return for_result + general_words<seen_as<Args>...>() < 6;
#endif
}

/// The compiler's side of a signature: the type of its function pointer, and the function of a convention that finds
/// the object. One specialisation an attribute, by a row below.
template <attribute Attribute, vector_rules, bool Noexcept, class R, class... Args>
struct callback_code;

/// What the compiler's code gets.
template <class Callable>
struct callback_object : cbf_v1_object,
                         calls_of<Callable>,
                         allocated<alignment_of<cbf_v1_object, calls_of<Callable>, Callable>()> {
    using c_object = cbf_v1_object;
    Callable callable;
    template <class From>
    callback_object(void (*its_code)(), From &&from)
        : cbf_v1_object{its_code, let_go_of<callback_object>}, callable(static_cast<From &&>(from)) {}
    void destroy() noexcept {
        callable.~Callable();
        cbf_v1_retire(this, alignof(callback_object));
    }
};

/// What callbacks of all function types have.
class callback_slot {
  public:
    /// Whether this is a live callback.
    explicit operator bool() const noexcept { return address() != nullptr; }

    /// The function pointer, as an address.
    void *address() const noexcept CBF_LIFETIMEBOUND { return slot_.address(); }

    /// The function pointer with another signature: as<int(int)>() is an int (*)(int). It is not checked that this
    /// is the callback's signature.
    template <class Signature>
    Signature *as() const noexcept CBF_LIFETIMEBOUND {
        static_assert(std::is_function_v<Signature>, "callback::as gives a pointer to a function type: write "
                                                     "as<int(int)>(), not as<int (*)(int)>()");
        return function_at<Signature *>(address());
    }

  protected:
    typed_slot slot_;
};

template <attribute Attribute, vector_rules Rules, bool Noexcept, class R, class... Args>
class basic_callback : public callback_slot {
    using code = callback_code<Attribute, Rules, Noexcept, R, Args...>;

  public:
    /// The type of the function pointer.
    using pointer = typename code::pointer;

    /// The function pointer.
    pointer get() const noexcept CBF_LIFETIMEBOUND { return detail::function_at<pointer>(address()); }

    /// The function pointer, where C takes one.
    operator pointer() const noexcept CBF_LIFETIMEBOUND { return get(); }

  protected:
    template <class Callable>
    cbf_status make(Callable &&callable) {
        void (*entry)() = nullptr;
        const cbf_status status = make_object(this->slot_, entry, static_cast<Callable &&>(callable));
        return status != CBF_OK ? status : this->slot_.take(entry);
    }

    template <class Callable>
    cbf_status change(Callable &&callable) {
        if (!*this)
            return cbf_v1_fail(CBF_NOT_A_SLOT, cbf_strerror(CBF_NOT_A_SLOT));
        void (*entry)() = nullptr;
        typed_slot object;
        const cbf_status status = make_object(object, entry, static_cast<Callable &&>(callable));
        return status != CBF_OK ? status : this->slot_.set(entry, static_cast<typed_slot &&>(object));
    }

  private:
    // The object that a slot is to lead to, and by which entry.
    template <class Callable>
    static cbf_status make_object(typed_slot &out, void (*&entry)(), Callable &&callable) {
        using kept = std::decay_t<Callable>;
        constexpr bool gives = std::is_invocable_r_v<R, kept &, Args...>;
        constexpr bool takes = std::disjunction_v<std::bool_constant<gives>, std::is_invocable<kept &, Args...>>;
        constexpr bool is_sure =
            std::disjunction_v<std::bool_constant<!Noexcept>, std::is_nothrow_invocable_r<R, kept &, Args...>>;
        constexpr bool is_kept = std::is_constructible_v<kept, Callable>;
        static_assert(takes, "the callable cannot be called with the parameters of the callback's function type: "
                             "give it these parameters");
        static_assert(!takes || gives, "what the callable returns does not convert to the result of the callback's "
                                       "function type: let it return that");
        static_assert(!gives || is_sure, "the callback's function type is noexcept, the callable is not: write "
                                         "[](...) noexcept {...}, or leave noexcept out of the function type");
        static_assert(is_kept, "the callable cannot be copied: give it with std::move(callable)");
        if constexpr (gives && is_sure && is_kept) {
            if (is_null(callable)) [[unlikely]]
                return null_callable();
            const cbf_v1_route *route = nullptr;
            if (const cbf_status status = find_route(its_route, route, its_type); status != CBF_OK) [[unlikely]]
                return status;
            entry = route->entry;
            if constexpr (!its_type.has_free_register)
                if (route->plan != nullptr) {
                    using handler = unpacking<std::index_sequence_for<Args...>, Rules, Noexcept, R, Args...>;
                    return make_closure_object<handler>(out, static_cast<Callable &&>(callable), route->plan);
                }
            auto *const its_code = reinterpret_cast<void (*)()>(&code::template run<callback_object<kept>>);
            auto *const made = new callback_object<kept>(its_code, static_cast<Callable &&>(callable));
            if (made == nullptr)
                return no_memory();
            out = typed_slot(made);
            return CBF_OK;
        } else
            return CBF_INVALID_ARGUMENT; // said already
    }

    static constexpr function_type its_type{c_signature<R, Args...>, Attribute, Rules,
                                            has_free_register<Attribute, R, Args...>()};
    static inline constinit const cbf_v1_route *its_route = nullptr;
};

/// A member function and its object.
template <class Method, class Object>
struct bound_method {
    Method method;
    Object *object;

    bool operator==(std::nullptr_t) const { return method == nullptr || object == nullptr; }

    template <class... Args>
    requires std::is_invocable_v<Method, Object *, Args...>
    decltype(auto) operator()(Args &&...args) const noexcept(std::is_nothrow_invocable_v<Method, Object *, Args...>) {
        return (object->*method)(static_cast<Args &&>(args)...);
    }
};

/// What a wrong callback is made of, so that one error says all.
struct refused_callback {
    template <class Given>
    static cbf_status make(Given &&) noexcept {
        return CBF_INVALID_ARGUMENT;
    }
    template <class Given>
    static cbf_status change(Given &&) noexcept {
        return CBF_INVALID_ARGUMENT;
    }
};

/// The function type that a member function has beside its object.
template <class Method>
struct function_of_method;
template <class Class, class R, class... Args, bool Noexcept>
struct function_of_method<R (Class::*)(Args...) noexcept(Noexcept)> {
    using type = R(Args...) noexcept(Noexcept);
};
template <class Class, class R, class... Args, bool Noexcept>
struct function_of_method<R (Class::*)(Args...) const noexcept(Noexcept)> {
    using type = R(Args...) noexcept(Noexcept);
};
template <class Class, class R, class... Args, bool Noexcept>
struct function_of_method<R (Class::*)(Args...) &noexcept(Noexcept)> {
    using type = R(Args...) noexcept(Noexcept);
};
template <class Class, class R, class... Args, bool Noexcept>
struct function_of_method<R (Class::*)(Args...) const &noexcept(Noexcept)> {
    using type = R(Args...) noexcept(Noexcept);
};

template <class Callable>
concept no_callback = !std::derived_from<std::remove_cvref_t<Callable>, callback_slot>;

/// A callable that can be called in one way only, as a lambda without `auto` among its parameters.
template <class Callable>
concept tells_its_function = no_callback<Callable> && requires {
    typename function_of_method<decltype(&std::remove_cvref_t<Callable>::operator())>::type;
};

/// What stands for the function type where a callable leaves it open.
struct untold_function;

template <class Function>
inline constexpr bool is_variadic = false;
template <class R, class... Args>
inline constexpr bool is_variadic<R(Args..., ...)> = true;
template <class R, class... Args>
inline constexpr bool is_variadic<R(Args..., ...) noexcept> = true;

template <class Function>
inline constexpr bool has_scalable_of = false;
template <class R, class... Args, bool Noexcept>
inline constexpr bool has_scalable_of<R(Args...) noexcept(Noexcept)> = has_scalable<R, Args...>;

/// What a callback of this type is: here, of those that are none.
template <class Function, vector_rules>
struct callback_of {
    using type = refused_callback;
    static constexpr bool is_function = std::is_function_v<Function>;
    static constexpr bool is_pointer =
        !is_function && std::is_function_v<std::remove_pointer_t<std::remove_reference_t<Function>>>;
    static_assert(!is_pointer, "cbframe::callback is given a pointer or reference to a function: write the function's "
                               "type alone, callback<int(int)> in place of callback<int (*)(int)>");
    static constexpr bool is_told = !std::is_same_v<Function, untold_function>;
    static_assert(is_told,
                  "cbframe::callback cannot tell by which parameters the callable is to be called: write them, "
                  "callback<int(double)>{...}");
    static_assert(is_function || is_pointer || !is_told, "cbframe::callback is given a type that is no function: write "
                                                         "callback<int(double)> for an int (*)(double)");
    static_assert(!is_variadic<Function>, "cbframe::callback is given a function with `...`, which C++ cannot pass on: "
                                          "make a cbframe::closure of cbframe::signature::of<int(char *, ...)>()");
    static_assert(!has_scalable_of<Function>, "cbframe passes no vectors of SVE, nor others whose size is the CPU's: "
                                              "pass a pointer");
    static_assert(!is_function || is_variadic<Function> || has_scalable_of<Function>,
                  "cbframe::callback is given a function type with a calling convention that it does not know, or with "
                  "const, volatile, & or && behind the parameters: write callback<int(int)>");
};

// How the code of a callback gets its object: as one argument more, behind all others.
#define CBF_BEHIND static R run(Args... args, Object *object)

// Or in EDX, by conventions that pass nothing in general registers: EAX is as the slot leaves it, and the arguments are
// on the stack as they were, which callers may have aligned to 4 only.
#define CBF_IN_EDX                                                                                                     \
    __attribute__((regparm(2), force_align_arg_pointer)) static R run(const cbf_v1_record *, Object *object,           \
                                                                      Args... args)

// A row lets function types of one convention be those of callbacks. It says by which attribute they differ from
// others, how C++ spells it, and how their code gets its object. That code is all that a row holds beside types, for
// nothing but a function that is spelled so has its convention, and gcc makes no tail call of one in a function that it
// inlines. Where nobody uses the object any more, the slot has been freed: it says so.
#define CBF_FUNCTIONS(ATTRIBUTE, SPELLING, RUN)                                                                        \
    template <vector_rules Rules, bool Noexcept, class R, class... Args>                                               \
    struct callback_code<attribute::ATTRIBUTE, Rules, Noexcept, R, Args...> {                                          \
        using pointer = R(SPELLING *)(Args...) noexcept(Noexcept);                                                     \
        using again = R(SPELLING *)(passed_again<Args>...) noexcept(Noexcept);                                         \
        template <class Object>                                                                                        \
        SPELLING RUN noexcept(Noexcept) {                                                                              \
            const call_under_way under_way(*object);                                                                   \
            if (!under_way) [[unlikely]]                                                                               \
                return function_at<again>(object->slot())(pass_again<Args>(args)...);                                  \
            return static_cast<R>(detail::invoke(object->callable, static_cast<Args &&>(args)...));                    \
        }                                                                                                              \
    };                                                                                                                 \
    template <class R, class... Args, bool Noexcept>                                                                   \
    struct rules_of<R SPELLING(Args...) noexcept(Noexcept)> : rules_of_types<R, Args...> {};                           \
    template <class R, class... Args, bool Noexcept, vector_rules Rules>                                               \
    requires(!has_scalable<R, Args...>) struct callback_of<R SPELLING(Args...) noexcept(Noexcept), Rules> {            \
        using type = basic_callback<attribute::ATTRIBUTE, Rules, Noexcept, R, Args...>;                                \
    };

#if defined(__i386__)
CBF_FUNCTIONS(none, , CBF_IN_EDX)
CBF_FUNCTIONS(stdcall, __attribute__((stdcall)), CBF_IN_EDX)
#if !defined(__clang__)
CBF_FUNCTIONS(fastcall, __attribute__((fastcall)), CBF_BEHIND)
CBF_FUNCTIONS(thiscall, __attribute__((thiscall)), CBF_BEHIND)
#endif
#else
CBF_FUNCTIONS(none, , CBF_BEHIND)
#if defined(__x86_64__) && !defined(_WIN32)
CBF_FUNCTIONS(ms_abi, __attribute__((ms_abi)), CBF_BEHIND)
#endif
#endif
#undef CBF_FUNCTIONS
#undef CBF_IN_EDX
#undef CBF_BEHIND

} // namespace detail

/// A live callback with the signature of a C++ function type: callback<int(const void *, const void *)>. Made from any
/// callable with that signature, it converts to a plain function pointer. Attributes of the function type are kept:
/// `noexcept`; on x86-64 System V, __attribute__((ms_abi)); on 32-bit x86, __attribute__((stdcall)) and, where gcc
/// compiles, fastcall and thiscall, for which clang has rules of its own. Move-only; the address stays the same when
/// the callback moves. The destructor frees it; calling the address afterwards prints it and aborts.
///
/// If the signature leaves an argument register free, the callable's address is passed in it, and a call costs two
/// jumps more than that of a plain function; otherwise the callback is a closure. On 32-bit x86, where C passes
/// arguments on the stack, EAX is free unless the result is returned in memory or an argument is aligned to more
/// than 8. Classes by value must be visible to cbframe::describe.
///
/// Calls are re-entrant and thread-safe, and an exception that the callable throws reaches the caller of the function
/// pointer. The callable may destroy its own callback if it does not touch its captures afterwards, as with
/// `delete this`; another thread must not be calling it then. Constructor and destructor are not async-signal-safe, as
/// of frame.
///
/// SIMD vectors are passed as by any function of the file that includes this header, which depends on whether it is
/// compiled for SSE, AVX or AVX-512; files of one program may differ. Vectors that the compiler passes by rules of its
/// own (docs/abi-disputes.md) are refused: errc::bad_type.
/// A callable with one signature determines the function type: callback{[](int a, int b) { return a < b; }} is a
/// callback<bool(int, int)>.
template <class Function, detail::vector_rules Rules = detail::rules_of<Function>::get(CBF_VECTOR_RULES)>
class callback : public detail::callback_of<Function, Rules>::type {
  public:
    /// No callback: address() is null.
    callback() noexcept = default;

    /// Makes a callback of any callable with this signature, moved or copied into it. Throws error:
    /// errc::invalid_argument if it is null, others if no slot or memory is available; or what the callable's
    /// constructor throws; the first callback of a function type also what type_of() throws.
    template <class Callable>
    requires(!std::derived_from<std::decay_t<Callable>, callback>) explicit callback(Callable &&callable) {
        detail::check(this->make(static_cast<Callable &&>(callable)));
    }

    /// Calls a member function of an object, which must live as long: callback{&window::resized, this}. Throws
    /// error (errc::invalid_argument) if either is null, and as above.
    template <class Method, class Object>
    requires std::is_member_function_pointer_v<Method> callback(Method method, Object *object CBF_LIFETIMEBOUND) {
        detail::check(this->make(detail::bound_method<Method, Object>{method, object}));
    }

    /// Makes a callback and stores it in out: CBF_OK, or why there is none, and out is unchanged; cbf_error_detail
    /// says more. Throws what the callable's constructor throws, what a wrong cbframe::describe throws, std::bad_alloc.
    template <class Callable>
    [[nodiscard]] static cbf_status try_make(callback &out, Callable &&callable) {
        cbframe::callback<Function, Rules> made;
        const cbf_status status = made.make(static_cast<Callable &&>(callable));
        if (status == CBF_OK)
            out = static_cast<cbframe::callback<Function, Rules> &&>(made);
        return status;
    }

    /// Gives the same address another callable. On an exception the old one stays. May be called by the callable
    /// itself, under the conditions of its destruction. Throws what the constructor throws; error (errc::not_a_slot) on
    /// an empty callback.
    template <class Callable>
    void set(Callable &&callable) {
        detail::check(try_set(static_cast<Callable &&>(callable)));
    }

    /// The same: CBF_OK, or why not. Throws what try_make throws.
    template <class Callable>
    [[nodiscard]] cbf_status try_set(Callable &&callable) {
        return this->change(static_cast<Callable &&>(callable));
    }
};

template <detail::no_callback Callable>
callback(Callable &&) -> callback<detail::untold_function>;
template <detail::tells_its_function Callable>
callback(Callable &&)
    -> callback<typename detail::function_of_method<decltype(&std::remove_cvref_t<Callable>::operator())>::type>;
template <class R, class... Args, bool Noexcept>
callback(R (*)(Args...) noexcept(Noexcept)) -> callback<R(Args...) noexcept(Noexcept)>;
template <class Method, class Object>
callback(Method, Object *) -> callback<typename detail::function_of_method<Method>::type>;

} // namespace cbframe

#pragma GCC diagnostic pop

#endif
