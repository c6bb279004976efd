// What a callback of a Lua state does before and after Lua.
#include "export.hpp"
#include "system.hpp"

#include <cbframe/detail/call.h>

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <unordered_map>
#include <utility>

extern "C" {
#include "state.h"
}

namespace {

using cbf_lua::this_thread;

struct host;

/// What a call that fails returns: the bytes of a result.
using fallback = std::shared_ptr<const std::byte[]>;

enum class slot_kind : std::uint8_t { none, frame, closure };

/// What the user word of a Lua callback's slot points at. Stays where it is; linked to the next when free. As small
/// as can be: there may be very many.
struct lua_callback {
    host *owner;
    void *slot;
    lua_callback *next;
    std::int32_t id;
    slot_kind kind; // none when free
    bool has_fallback;
    bool errors_leave; // through the C that called
};

/// The whole of a cbf_lua_state.
struct host : cbf_lua_state {
    std::uintptr_t thread = 0; // 0: none, it is closed
    cbf_lua::extent stack{0, 0};
    std::uintptr_t signal_return = cbf_lua::signal_return();
    std::deque<lua_callback> callbacks;
    std::unordered_map<std::int32_t, fallback> fallbacks; // by id
    lua_callback *free = nullptr;
    std::uintptr_t outgoing = 0; // where LuaJIT's function begins that calls C
};

host &host_of(cbf_lua_state *state) noexcept { return *static_cast<host *>(state); }

/// What dispatch may need of the C stack: LuaJIT's callback frame, the interpreter, an error's traceback. And what
/// a callback that does nothing may need, be it that LuaJIT raises an error.
constexpr std::uintptr_t stack_reserve = 64 * 1024, refusal_reserve = 32 * 1024;

bool has_room(const host &state, std::uintptr_t reserve) noexcept {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const bool known = state.stack.first <= here && here < state.stack.last;
    return !known || here - state.stack.first >= reserve;
}

/// LuaJIT compiles no calls of a C function that it has seen call back, and ends the program where compiled code does:
/// it must see even the calls that do not get to Lua.
[[gnu::noinline]] void refuse(host &state) {
    ++state.refused;
    if (has_room(state, refusal_reserve))
        cbf_lua::hold(state.refuse);
}

/// Whether the callback's state is open. Ends the process on a foreign thread, and where the system calls a signal
/// handler: Lua may have been interrupted anywhere.
bool check_caller(const lua_callback &callback, std::uintptr_t return_address) {
    if (return_address == callback.owner->signal_return) [[unlikely]]
        cbf_v1_die_at("cbframe: callback at ", callback.slot,
                      " called as a signal handler, which a Lua function cannot be: it would run in the midst of Lua");
    if (callback.owner->thread == this_thread()) [[likely]]
        return true;
    if (callback.owner->thread != 0)
        cbf_v1_die_at("cbframe: callback at ", callback.slot, " called on another thread than its Lua state's");
    return false;
}

void die_closed(const lua_callback &callback) {
    cbf_v1_die_at("cbframe: callback at ", callback.slot, " called after its Lua state was closed");
}

/// Whether there is stack enough left for the call to go on.
bool may_enter(host &state) {
    if (has_room(state, stack_reserve))
        return true;
    refuse(state);
    return false;
}

/// Runs Lua. Returns whether the callback's function came to its end.
[[gnu::always_inline]] inline bool run(host &state, void (*dispatch)(), const cbf_lua_call &call) {
    const cbf_lua_call around = std::exchange(state.call, call);
    const bool held = cbf_lua::hold(dispatch);
    if (!held)
        ++state.broken;
    return std::exchange(state.call, around).failed == 0 && held;
}

/// The handler of all Lua frames.
void enter(cbf_cpu *cpu, void *user) {
    const auto &callback = *static_cast<const lua_callback *>(user);
    host &state = *callback.owner;
    if (!check_caller(callback, cbf_cpu_return_address(cpu)))
        return die_closed(callback);
    if (!may_enter(state))
        return;
    cbf_saved_cpu before;
    cbf_cpu_save(cpu, &before);
    if (!run(state, state.dispatch_frame, {{.cpu = cpu}, callback.id, 0, 0}))
        cbf_cpu_restore(cpu, &before);
}

/// Zeros, if there is no fallback.
void set_result(cbf_arguments *arguments, const std::byte *from) noexcept {
    const std::size_t size = cbf_result_size(arguments);
    if (size == 0)
        return;
    void *const result = cbf_result(arguments);
    if (from != nullptr)
        std::memcpy(result, from, size);
    else
        std::memset(result, 0, size);
}

/// Calls Lua, and sees to it that there is a result.
[[gnu::noinline]] void answer(const lua_callback &callback, cbf_arguments *arguments) {
    host &state = *callback.owner;
    const bool open = check_caller(callback, cbf_return_address(arguments));
    fallback on_error; // held, for Lua may free the callback
    if (callback.has_fallback) [[unlikely]]
        on_error = state.fallbacks.at(callback.id);
    if (!open && on_error == nullptr && cbf_result_size(arguments) != 0)
        return die_closed(callback);
    const cbf_lua_call call{{.arguments = arguments}, callback.id, 0, callback.errors_leave};
    if (!open || !may_enter(state) || !run(state, state.dispatch_cast, call)) [[unlikely]]
        set_result(arguments, on_error.get());
}

/// Lets an error that Lua has kept leave through the C that called, if that can be. Nothing is to be destroyed here or
/// in who calls this: not each system does it when such an error passes.
[[gnu::noinline]] void leave(host &state) {
    state.can_leave = cbf_lua::can_unwind(state.outgoing);
    if (state.can_leave != 0)
        cbf_lua::pass(state.leave);
    else
        cbf_lua::hold(state.leave);
}

/// The handler of all Lua callbacks with a signature.
void enter_with_arguments(cbf_arguments *arguments, void *user) {
    const auto &callback = *static_cast<const lua_callback *>(user);
    host &state = *callback.owner;
    answer(callback, arguments);
    if (std::exchange(state.leaving, 0) != 0) [[unlikely]]
        leave(state);
}

std::int32_t next_fresh_id(const host &state) noexcept { return static_cast<std::int32_t>(state.callbacks.size() + 1); }

/// A free callback of the host, a fresh one if there is none.
lua_callback &free_callback(host &state) {
    if (state.free == nullptr) {
        state.callbacks.push_back({&state, nullptr, nullptr, next_fresh_id(state), slot_kind::none, false, false});
        state.free = &state.callbacks.back();
    }
    return *state.free;
}

fallback copy_result(const cbf_signature *signature, const void *result) {
    cbf_place place{};
    if (result == nullptr || cbf_signature_place(signature, -1, &place) != CBF_OK || place.size == 0)
        return nullptr;
    const std::shared_ptr<std::byte[]> copy(new std::byte[place.size]);
    std::memcpy(copy.get(), result, place.size);
    return copy;
}

/// Takes the callback, which has this slot now, from the free ones, and completes the object that Lua has of it.
void take(lua_callback &callback, slot_kind kind, void *slot, cbf_lua_callback &object) noexcept {
    host &state = *callback.owner;
    callback.kind = kind;
    callback.slot = slot;
    state.free = callback.next;
    object.p = slot;
    object.id = callback.id;
}

void forget_fallback(lua_callback &callback) noexcept {
    if (callback.has_fallback)
        callback.owner->fallbacks.erase(callback.id);
    callback.has_fallback = false;
}

void free_slot(const lua_callback &callback) noexcept {
    if (callback.kind == slot_kind::frame)
        cbf_frame_free(static_cast<cbf_frame *>(callback.slot));
    else if (callback.kind == slot_kind::closure)
        cbf_closure_free(static_cast<cbf_closure *>(callback.slot));
}

void forget(host *state) noexcept {
    if (state == nullptr)
        return;
    for (const lua_callback &callback : state->callbacks)
        free_slot(callback);
    delete state;
}

/// The states that were closed last. C may still call their callbacks, while the process ends.
constinit std::array<std::atomic<host *>, CBF_LUA_CLOSED> closed{};
constinit std::atomic<unsigned> next_closed = 0;

} // namespace

extern "C" {

int cbf_lua_can_call(void (*dispatch)()) noexcept {
    return cbf_lua::is_executable(reinterpret_cast<std::uintptr_t>(dispatch));
}

int32_t cbf_lua_open(cbf_lua_state **out, void (*dispatch_frame)(), void (*dispatch_cast)(), void (*refuse)(),
                     void (*leave)()) noexcept {
    try {
        *out = new host{};
    } catch (const std::bad_alloc &) {
        return CBF_NO_MEMORY;
    }
    (*out)->dispatch_frame = dispatch_frame;
    (*out)->dispatch_cast = dispatch_cast;
    (*out)->refuse = refuse;
    (*out)->leave = leave;
    host_of(*out).outgoing = cbf_lua::function_at(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
    cbf_lua_adopt(*out);
    cbf_lua::stay_loaded();
    return CBF_OK;
}

void cbf_lua_close(cbf_lua_state *state) noexcept {
    if (state == nullptr)
        return;
    host_of(state).thread = 0;
    forget(closed[next_closed++ % closed.size()].exchange(&host_of(state)));
}

void cbf_lua_adopt(cbf_lua_state *state) noexcept {
    host_of(state).thread = this_thread();
    host_of(state).stack = cbf_lua::stack_of_this_thread();
}

int32_t cbf_lua_new(cbf_lua_state *state, void *callback) noexcept {
    try {
        auto &object = *static_cast<cbf_lua_callback *>(callback);
        lua_callback &made = free_callback(host_of(state));
        cbf_frame *slot = nullptr;
        const cbf_status status = cbf_frame_new(&slot, enter, &made, object.level);
        if (status == CBF_OK)
            take(made, slot_kind::frame, slot, object);
        return status;
    } catch (const std::bad_alloc &) {
        return CBF_NO_MEMORY;
    }
}

int32_t cbf_lua_cast(cbf_lua_state *state, void *callback, const cbf_signature *signature, const void *on_error,
                     int errors_leave) noexcept {
    try {
        lua_callback &made = free_callback(host_of(state));
        const fallback kept = copy_result(signature, on_error);
        if (kept != nullptr)
            host_of(state).fallbacks[made.id] = kept;
        made.has_fallback = kept != nullptr;
        made.errors_leave = errors_leave != 0;
        cbf_closure *slot = nullptr;
        const cbf_status status = cbf_closure_new(&slot, signature, enter_with_arguments, &made);
        if (status == CBF_OK)
            take(made, slot_kind::closure, slot, *static_cast<cbf_lua_callback *>(callback));
        else
            forget_fallback(made);
        return status;
    } catch (const std::bad_alloc &) {
        return CBF_NO_MEMORY;
    }
}

void cbf_lua_free(cbf_lua_state *state, void *callback) noexcept {
    auto *const object = static_cast<cbf_lua_callback *>(callback);
    if (object->p == nullptr) // a debug hook freed it after Lua looked
        return;
    lua_callback &freed = host_of(state).callbacks[static_cast<std::size_t>(object->id - 1)];
    free_slot(freed);
    forget_fallback(freed);
    freed.kind = slot_kind::none;
    freed.next = std::exchange(host_of(state).free, &freed);
    object->p = nullptr;
}

int cbf_lua_wants_color() noexcept {
    const char *const no_color = std::getenv("NO_COLOR");
    return (no_color == nullptr || *no_color == '\0') && cbf_lua::stdout_is_terminal();
}

double cbf_lua_long_double(const void *from) noexcept {
    long double number;
    std::memcpy(&number, from, sizeof(number));
    return static_cast<double>(number);
}

void cbf_lua_set_long_double(double value, void *to) noexcept {
    const long double number = value;
    std::memcpy(to, &number, sizeof(number));
}

void *cbf_lua_argument_list(cbf_arguments *arguments) noexcept {
    void *const list = cbf_argument_list(arguments);
    if constexpr (sizeof(std::va_list) == sizeof(void *)) // a pointer
        return list != nullptr ? *static_cast<void **>(list) : nullptr;
    return list; // more than that, which is passed by its address
}

} // extern "C"
