// The functions of libffi that make closures, over the C API: what programs ask libffi for they get from here, if this
// library is loaded first (LD_PRELOAD) or linked before it. All that is no closure stays libffi's.
#include "jump.hpp"
#include "signature.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <sys/single_threaded.h>

namespace {

using namespace cbf_ffi;

// ---------------------------------------------------------------- calls

/// What libffi calls the function of a closure with.
struct call {
    call(cbf_arguments *args, void **to, bool result_is_argument) noexcept
        : arguments(to + (result_is_argument ? 1 : 0)), result(cbf_result_or_scratch(args)) {
        cbf_argument_vector(args, to);
        if (result_is_argument) {
            void **const returned = static_cast<void **>(result);
            result = *static_cast<void **>(to[0]);
            *returned = result;
        }
    }
    call(const call &) = delete;
    call &operator=(const call &) = delete;

    void **arguments;
    void *result;
};

/// Memory for the addresses of the arguments of a call, in the frame of the caller of this.
#define CBF_FFI_ROOM(args) static_cast<void **>(__builtin_alloca((cbf_argument_count(args) + 1) * sizeof(void *)))

// As in libffi, what a closure calls is what its memory says then.
template <bool result_is_argument>
void call_function(cbf_arguments *args, void *user) {
    void **const room = CBF_FFI_ROOM(args);
    const call now(args, room, result_is_argument);
    const auto *const closure = static_cast<const ffi_closure *>(user);
    closure->fun(closure->cif, now.result, now.arguments, closure->user_data);
}

// ---------------------------------------------------------------- calls of signatures that are kept

/// The last word of what libffi has for code: the signature of its slot, if that is kept.
const kept *&signature_of(ffi_closure *closure) noexcept {
    return *reinterpret_cast<const kept **>(closure->tramp + FFI_TRAMPOLINE_SIZE - sizeof(void *));
}

/// As cbf_argument would answer: typed_api.h says what a base is.
void *address_of(cbf_arguments *args, const cbf_place &place) noexcept {
    char *const in_state = reinterpret_cast<char *>(args) + place.offset;
    if (place.base == CBF_BASE_ARGUMENTS)
        return in_state;
    char *const on_stack = reinterpret_cast<char **>(args)[1] + place.offset;
    if (place.base == CBF_BASE_STACK)
        return on_stack;
    return *reinterpret_cast<void **>(place.base == CBF_BASE_POINTER ? in_state : on_stack);
}

// The same of few arguments, without a call of another library's function.
void call_function_at(cbf_arguments *args, void *user) {
    auto *const closure = static_cast<ffi_closure *>(user);
    const places &where = signature_of(closure)->where;
    void *arguments[few_arguments];
    ffi_arg nowhere[2];
    void **next = arguments;
    for (const cbf_place &each : where.arguments)
        *next++ = address_of(args, each);
    void *const result = where.result.size != 0 ? address_of(args, where.result) : nowhere;
    closure->fun(closure->cif, result, arguments, closure->user_data);
}

// ---------------------------------------------------------------- raw forms

template <bool result_is_argument>
void call_raw_function(cbf_arguments *args, void *user) {
    void **const room = CBF_FFI_ROOM(args);
    const call now(args, room, result_is_argument);
    const auto *const closure = static_cast<const ffi_raw_closure *>(user);
    auto *const raw = static_cast<ffi_raw *>(__builtin_alloca(ffi_raw_size(closure->cif)));
    ffi_ptrarray_to_raw(closure->cif, now.arguments, raw);
    closure->fun(closure->cif, now.result, raw, closure->user_data);
}

// ---------------------------------------------------------------- memory of closures

/// Where the memory of one says which slot it has, as libffi keeps its own there.
void *&slot_of(ffi_closure *closure) noexcept { return closure->ftramp; }

/// That of the closure that was freed last, for the next one, in a process without other threads.
constinit ffi_closure *spare;

ffi_closure *allocate(std::size_t size) noexcept {
    if (__libc_single_threaded != 0 && spare != nullptr && size <= sizeof(ffi_closure))
        return std::exchange(spare, nullptr);
    return static_cast<ffi_closure *>(std::malloc(size > sizeof(ffi_closure) ? size : sizeof(ffi_closure)));
}

void deallocate(ffi_closure *memory) noexcept {
    if (__libc_single_threaded != 0)
        memory = std::exchange(spare, memory);
    std::free(memory);
}

/// Handlers for both ways in which a result may be handed over, and for the first one where places are known.
struct handlers {
    cbf_closure_handler usual, with_result_argument, with_places;

    cbf_closure_handler choose(const prepared &of, const kept *same) const noexcept {
        if (of.result_is_argument)
            return with_result_argument;
        return same != nullptr && same->has_few_arguments ? with_places : usual;
    }
};

constexpr handlers of_functions{call_function<false>, call_function<true>, call_function_at};
constexpr handlers of_raw_functions{call_raw_function<false>, call_raw_function<true>, call_raw_function<false>};

ffi_status status_of(cbf_status status) noexcept { return status == CBF_OK ? FFI_OK : FFI_BAD_TYPEDEF; }

/// What new memory calls until it is prepared.
void refuse_call(ffi_cif *, void *, void **, void *slot) {
    std::fprintf(stderr, "cbframe: call of a callback without a signature at %p\n", slot);
    std::abort();
}

/// Takes a slot for new memory, by the signature that it will have, perhaps, so that nothing is left to be done.
cbf_closure *make_slot(ffi_closure *closure) noexcept {
    cbf_closure *made = nullptr;
    const kept *const newest = newest_signature.load(std::memory_order_acquire);
    const cbf_status status = newest != nullptr
                                  ? cbf_closure_new(&made, newest->found, of_functions.choose(*newest, newest), closure)
                                  : cbf_closure_reserve(&made);
    if (status != CBF_OK)
        return nullptr;
    signature_of(closure) = newest;
    closure->cif = reinterpret_cast<ffi_cif *>(closure); // which no copy of new memory says
    closure->fun = refuse_call;
    closure->user_data = made;
    return made;
}

/// The slot that such memory leads to already: programs use it again and again, and never say that they free it.
cbf_closure *slot_before(const ffi_closure *closure, const void *code) noexcept {
    cbf_closure *const found = cbf_closure_find(read_jump(*closure, code));
    void *user = nullptr;
    return found != nullptr && cbf_closure_get(found, nullptr, &user) == CBF_OK && user == closure ? found : nullptr;
}

/// A closure in memory that the program made executable by itself.
ffi_status prepare_elsewhere(ffi_closure *closure, const signature &signature, cbf_closure_handler handler,
                             const void *code) noexcept {
    cbf_closure *slot = slot_before(closure, code);
    const bool is_new = slot == nullptr;
    if (is_new && cbf_closure_reserve(&slot) != CBF_OK)
        return FFI_BAD_TYPEDEF;
    const cbf_status status = cbf_closure_prepare(slot, signature.found, handler, closure);
    if (status == CBF_OK)
        write_jump(*closure, code, cbf_closure_address(slot));
    else if (is_new)
        cbf_closure_free(slot);
    return status_of(status);
}

/// Whether it is memory that is new, and its slot has the signature already: see make_slot().
bool is_ready(ffi_closure *closure, const ffi_cif *cif, const void *code) noexcept {
    const kept *const newest = newest_signature.load(std::memory_order_acquire);
    return newest != nullptr && slot_of(closure) == code && signature_of(closure) == newest &&
           closure->cif == reinterpret_cast<ffi_cif *>(closure) && closure->fun == refuse_call &&
           is_signature_of(*newest, cif);
}

ffi_status prepare(ffi_closure *closure, const ffi_cif *cif, const handlers &by, void *code) noexcept {
    if (closure == nullptr || code == nullptr)
        return FFI_BAD_TYPEDEF;
    if (&by == &of_functions && is_ready(closure, cif, code)) [[likely]]
        return FFI_OK;
    signature signature;
    if (const ffi_status status = find_signature(signature, cif); status != FFI_OK)
        return status;
    const cbf_closure_handler handler = by.choose(signature, signature.same);
    const cbf_status prepared =
        cbf_closure_prepare(static_cast<cbf_closure *>(code), signature.found, handler, closure);
    const ffi_status status =
        prepared != CBF_NOT_A_SLOT ? status_of(prepared) : prepare_elsewhere(closure, signature, handler, code);
    if (status == FFI_OK)
        signature_of(closure) = signature.same;
    return status;
}

/// Fills what all forms of a closure have.
template <class Closure, class Function>
ffi_status fill(Closure *closure, ffi_cif *cif, Function *function, void *user, const handlers &by,
                void *code) noexcept {
    const ffi_status status = prepare(reinterpret_cast<ffi_closure *>(closure), cif, by, code);
    if (status == FFI_OK) {
        closure->cif = cif;
        closure->fun = function;
        closure->user_data = user;
    }
    return status;
}

} // namespace

// Its header calls some of them deprecated.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#if !FFI_NATIVE_RAW_API

namespace {

template <bool result_is_argument>
void call_java_raw_function(cbf_arguments *args, void *user) {
    void **const room = CBF_FFI_ROOM(args);
    const call now(args, room, result_is_argument);
    const auto *const closure = static_cast<const ffi_java_raw_closure *>(user);
    auto *const raw = static_cast<ffi_java_raw *>(__builtin_alloca(ffi_java_raw_size(closure->cif)));
    ffi_java_ptrarray_to_raw(closure->cif, now.arguments, raw);
    closure->fun(closure->cif, now.result, raw, closure->user_data);
}

constexpr handlers of_java_raw_functions{call_java_raw_function<false>, call_java_raw_function<true>,
                                         call_java_raw_function<false>};

} // namespace

#endif

extern "C" {

void *ffi_closure_alloc(size_t size, void **code) {
    if (code == nullptr)
        return nullptr;
    ffi_closure *const closure = allocate(size);
    cbf_closure *const slot = closure != nullptr ? make_slot(closure) : nullptr;
    if (slot == nullptr) {
        deallocate(closure);
        return nullptr;
    }
    slot_of(closure) = slot;
    *code = slot;
    return closure;
}

void ffi_closure_free(void *memory) {
    if (memory == nullptr)
        return;
    auto *const closure = static_cast<ffi_closure *>(memory);
    if (cbf_closure_free(static_cast<cbf_closure *>(slot_of(closure))) != CBF_OK)
        return; // it is none, or has been freed: it stays as it is
    signature_of(closure) = nullptr;
    deallocate(closure);
}

ffi_status ffi_prep_closure_loc(ffi_closure *closure, ffi_cif *cif,
                                void (*function)(ffi_cif *, void *, void **, void *), void *user, void *code) {
    return fill(closure, cif, function, user, of_functions, code);
}

ffi_status ffi_prep_closure(ffi_closure *closure, ffi_cif *cif, void (*function)(ffi_cif *, void *, void **, void *),
                            void *user) {
    return fill(closure, cif, function, user, of_functions, closure);
}

ffi_status ffi_prep_raw_closure_loc(ffi_raw_closure *closure, ffi_cif *cif,
                                    void (*function)(ffi_cif *, void *, ffi_raw *, void *), void *user, void *code) {
    return fill(closure, cif, function, user, of_raw_functions, code);
}

ffi_status ffi_prep_raw_closure(ffi_raw_closure *closure, ffi_cif *cif,
                                void (*function)(ffi_cif *, void *, ffi_raw *, void *), void *user) {
    return fill(closure, cif, function, user, of_raw_functions, closure);
}

#if !FFI_NATIVE_RAW_API

ffi_status ffi_prep_java_raw_closure_loc(ffi_java_raw_closure *closure, ffi_cif *cif,
                                         void (*function)(ffi_cif *, void *, ffi_java_raw *, void *), void *user,
                                         void *code) {
    return fill(closure, cif, function, user, of_java_raw_functions, code);
}

ffi_status ffi_prep_java_raw_closure(ffi_java_raw_closure *closure, ffi_cif *cif,
                                     void (*function)(ffi_cif *, void *, ffi_java_raw *, void *), void *user) {
    return fill(closure, cif, function, user, of_java_raw_functions, closure);
}

#endif

} // extern "C"
