// What a callback of a Lua state does before and after Lua.
#include "calls.hpp"
#include "export.hpp"
#include "system.hpp"

#include <cbframe/detail/call.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <new>
#include <string>
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

enum class slot_kind : std::uint8_t { none, frame, tap, closure };

/// What the user word of a Lua callback's slot points at. Stays where it is; linked to the next when free. As small
/// as can be: there may be very many.
struct lua_callback {
    host *owner;
    void *slot;
    union {
        lua_callback *next; // when free
        const char *type;   // of C, as it is spelled; NULL: a frame
    };
    std::int32_t id;
    slot_kind kind; // none when free
    bool has_fallback;
    bool errors_leave; // through the C that called
    bool is_shared;    // with other threads
};

/// What beside that a callback has which may be called on any thread.
using shared_callback = cbf_lua::calls::callback;

/// The whole of a cbf_lua_state.
struct host : cbf_lua_state {
    std::atomic<std::uintptr_t> thread = 0; // 0: none, it is closed
    cbf_lua::extent stack{0, 0};
    std::uintptr_t signal_return = cbf_lua::signal_return();
    std::deque<lua_callback> callbacks;
    std::unordered_map<std::int32_t, fallback> fallbacks; // by id
    lua_callback *free = nullptr;
    std::unique_ptr<cbf_lua::calls> calls;                                     // once they are needed
    std::unordered_map<std::int32_t, std::unique_ptr<shared_callback>> shared; // by id
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

std::uintptr_t thread_of(const host &state) noexcept { return state.thread.load(std::memory_order_relaxed); }

[[gnu::cold]] void die_as_signal_handler(const lua_callback &callback) {
    cbf_v1_die_at("cbframe: callback at ", callback.slot,
                  " called as a signal handler, which a Lua function cannot be: it would run in the midst of Lua");
}

/// lua_Debug (Lua 5.1 reference manual, 3.8).
struct lua_debug {
    int event;
    const char *name, *namewhat, *what, *source;
    int currentline, nups, linedefined, lastlinedefined;
    char short_src[60];
    int i_ci;
};

/// Where a callback's handler was defined; nothing if that cannot be told. Lua may be at work on its own thread
/// meanwhile: read is what it changes when callbacks are made or memory is collected, once, for the process ends.
std::string place_of(const lua_callback &callback) {
    constexpr int is_function = 6, handlers = 1, functions = 2;
    static std::atomic_flag is_asked;
    const cbf_lua_places &lua = callback.owner->places;
    if (lua.coroutine == nullptr || is_asked.test_and_set())
        return {};
    for (const int table : {functions, handlers}) {
        lua.getupvalue(lua.coroutine, 1, table);
        lua.rawgeti(lua.coroutine, -1, callback.id);
        lua_debug found{};
        if (lua.type(lua.coroutine, -1) != is_function || lua.getinfo(lua.coroutine, ">S", &found) == 0)
            continue;
        if (found.linedefined < 0)
            return ", handler of C,";
        return std::string(", handler at ")
            .append(found.short_src)
            .append(":")
            .append(std::to_string(found.linedefined))
            .append(",");
    }
    return {};
}

[[gnu::cold]] void die_on_another_thread(const lua_callback &callback) {
    std::string what = "cbframe: callback ";
    if (callback.type != nullptr)
        what.append("'").append(callback.type).append("' ");
    cbf_v1_die_at(what.append("at ").c_str(), callback.slot,
                  place_of(callback)
                      .append(" called on another thread than its Lua state's: "
                              "what else such a call may do says opts.thread of cbframe.cast and cbframe.new")
                      .c_str());
}

/// Whether the callback's state is open. Ends the process on a foreign thread, and where the system calls a signal
/// handler: Lua may have been interrupted anywhere.
bool check_caller(const lua_callback &callback, std::uintptr_t return_address) {
    if (return_address == callback.owner->signal_return) [[unlikely]]
        die_as_signal_handler(callback);
    const std::uintptr_t thread = thread_of(*callback.owner);
    if (thread == this_thread()) [[likely]]
        return true;
    if (thread != 0)
        die_on_another_thread(callback);
    return false;
}

[[gnu::cold]] void die_closed(const lua_callback &callback) {
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

[[gnu::always_inline]] inline void run_frame(host &state, cbf_cpu *cpu, std::int32_t id) {
    if (!may_enter(state))
        return;
    cbf_saved_cpu before;
    cbf_cpu_save(cpu, &before);
    if (!run(state, state.dispatch_frame, {{.cpu = cpu}, id, 0, 0}))
        cbf_cpu_restore(cpu, &before);
}

/// The handler of all Lua frames for one thread, and of taps.
void enter(cbf_cpu *cpu, void *user) {
    const auto &callback = *static_cast<const lua_callback *>(user);
    if (!check_caller(callback, cbf_cpu_return_address(cpu)))
        return callback.kind == slot_kind::tap ? void() : die_closed(callback); // a tap goes on in its original
    run_frame(*callback.owner, cpu, callback.id);
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

/// Calls Lua, if the state is open, and sees to it that there is a result: on_error, or zeros, if Lua gives none.
[[gnu::always_inline]] inline void answer(const lua_callback &callback, cbf_arguments *arguments, bool open,
                                          const std::byte *on_error) {
    host &state = *callback.owner;
    if (!open && on_error == nullptr && cbf_result_size(arguments) != 0)
        return die_closed(callback);
    const cbf_lua_call call{{.arguments = arguments}, callback.id, 0, callback.errors_leave};
    if (!open || !may_enter(state) || !run(state, state.dispatch_cast, call)) [[unlikely]]
        set_result(arguments, on_error);
}

/// The same with the callback's fallback, which is held, for Lua may free the callback.
[[gnu::noinline]] void answer_with_fallback(const lua_callback &callback, cbf_arguments *arguments, bool open) {
    const fallback on_error = callback.owner->fallbacks.at(callback.id);
    answer(callback, arguments, open, on_error.get());
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

/// The handler of all Lua callbacks with a signature for one thread.
void enter_with_arguments(cbf_arguments *arguments, void *user) {
    const auto &callback = *static_cast<const lua_callback *>(user);
    host &state = *callback.owner;
    const bool open = check_caller(callback, cbf_return_address(arguments));
    if (callback.has_fallback) [[unlikely]]
        answer_with_fallback(callback, arguments, open);
    else
        answer(callback, arguments, open, nullptr);
    if (std::exchange(state.leaving, 0) != 0) [[unlikely]]
        leave(state);
}

/// A call that is under way on another thread than the state's.
class visit {
  public:
    explicit visit(shared_callback &callback) noexcept : callback_(callback) { ++callback_.under_way; }
    visit(const visit &) = delete;
    visit &operator=(const visit &) = delete;
    ~visit() { --callback_.under_way; }

  private:
    shared_callback &callback_;
};

/// Whether a call is the state's own thread's, which no signal has interrupted.
bool may_run(const lua_callback &callback, const shared_callback &shared, std::uintptr_t return_address) {
    if (return_address == callback.owner->signal_return) [[unlikely]] {
        if (shared.thread == CBF_LUA_WAIT)
            die_as_signal_handler(callback);
        return false;
    }
    return thread_of(*callback.owner) == this_thread();
}

/// The handler of Lua frames for any thread.
void enter_on_any_thread(cbf_cpu *cpu, void *user) {
    auto &shared = *static_cast<shared_callback *>(user);
    const auto &callback = *static_cast<const lua_callback *>(shared.owner);
    if (may_run(callback, shared, cbf_cpu_return_address(cpu)))
        return run_frame(*callback.owner, cpu, shared.id);
    const visit here(shared);
    if (shared.of->wait(shared, cpu) == cbf_lua::calls::outcome::closed)
        die_closed(callback);
}

/// The same of Lua callbacks with a signature.
void enter_on_any_thread_with_arguments(cbf_arguments *arguments, void *user) {
    auto &shared = *static_cast<shared_callback *>(user);
    auto &callback = *static_cast<lua_callback *>(shared.owner);
    if (may_run(callback, shared, cbf_return_address(arguments)))
        return enter_with_arguments(arguments, &callback);
    const visit here(shared);
    using outcome = cbf_lua::calls::outcome;
    outcome how = outcome::not_run;
    if (shared.thread == CBF_LUA_WAIT)
        how = shared.of->wait(shared, arguments);
    else if (shared.thread == CBF_LUA_POST)
        shared.of->post(shared, arguments);
    if (how == outcome::closed && shared.fallback == nullptr && cbf_result_size(arguments) != 0)
        die_closed(callback);
    if (how != outcome::run)
        set_result(arguments, shared.fallback.get());
}

/// Runs a call of another thread on the state's.
void run_queued(shared_callback &shared, void *what) {
    const auto &callback = *static_cast<const lua_callback *>(shared.owner);
    host &state = *callback.owner;
    if (callback.kind == slot_kind::frame)
        return run_frame(state, static_cast<cbf_cpu *>(what), shared.id);
    auto *const arguments = static_cast<cbf_arguments *>(what);
    const bool has_run =
        may_enter(state) && run(state, state.dispatch_cast, {{.arguments = arguments}, shared.id, 0, 0});
    if (!has_run && shared.thread == CBF_LUA_WAIT)
        set_result(arguments, shared.fallback.get());
}

std::int32_t next_fresh_id(const host &state) noexcept { return static_cast<std::int32_t>(state.callbacks.size() + 1); }

/// A free callback of the host, a fresh one if there is none.
lua_callback &free_callback(host &state) {
    if (state.free == nullptr) {
        state.callbacks.push_back(
            {&state, nullptr, {nullptr}, next_fresh_id(state), slot_kind::none, false, false, false});
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

/// Makes calls on other threads possible. False: the system does not.
bool prepare_calls(host &state) {
    if (state.calls == nullptr)
        state.calls = cbf_lua::calls::make();
    return state.calls != nullptr;
}

/// Makes the callback one for any thread, if options say so; keeps `shared` on the host. Answers a status, or
/// CBF_LUA_TOO_LARGE. signature: NULL for a frame.
std::int32_t share(lua_callback &callback, const cbf_lua_options *options, const fallback &on_error,
                   const cbf_signature *signature) {
    callback.is_shared = false;
    if (options == nullptr || options->thread == CBF_LUA_ABORT)
        return CBF_OK;
    host &state = *callback.owner;
    if (!prepare_calls(state))
        return CBF_SYSTEM_ERROR;
    auto made = std::make_unique<shared_callback>();
    made->of = state.calls.get();
    made->owner = &callback;
    made->id = callback.id;
    made->thread = options->thread;
    made->timeout = options->timeout;
    made->fallback = on_error;
    if (options->thread == CBF_LUA_POST) {
        if (made->copy.emplace(signature).size() > CBF_LUA_MOST_COPIED)
            return CBF_LUA_TOO_LARGE;
        state.calls->make_room_for(*made);
    }
    state.shared[callback.id] = std::move(made);
    callback.is_shared = true;
    return CBF_OK;
}

/// The other way round, when nothing calls it any more.
void unshare(lua_callback &callback) {
    if (!callback.is_shared)
        return;
    callback.is_shared = false;
    const auto found = callback.owner->shared.find(callback.id);
    callback.owner->calls->remove(std::move(found->second));
    callback.owner->shared.erase(found);
}

/// Takes the callback, which has this slot now, from the free ones, and completes the object that Lua has of it.
void take(lua_callback &callback, slot_kind kind, void *slot, const char *type, cbf_lua_callback &object) noexcept {
    host &state = *callback.owner;
    callback.kind = kind;
    callback.slot = slot;
    state.free = callback.next;
    callback.type = type;
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
    else if (callback.kind == slot_kind::tap)
        cbf_tap_free(static_cast<cbf_tap *>(callback.slot));
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
    if (host_of(state).calls != nullptr)
        host_of(state).calls->close();
    forget(closed[next_closed++ % closed.size()].exchange(&host_of(state)));
}

void cbf_lua_adopt(cbf_lua_state *state) noexcept {
    host_of(state).thread = this_thread();
    host_of(state).stack = cbf_lua::stack_of_this_thread();
}

int32_t cbf_lua_new(cbf_lua_state *state, void *callback, const cbf_lua_options *options) noexcept {
    try {
        auto &object = *static_cast<cbf_lua_callback *>(callback);
        lua_callback &made = free_callback(host_of(state));
        std::int32_t status = share(made, options, nullptr, nullptr);
        cbf_frame *slot = nullptr;
        if (status == CBF_OK)
            status = made.is_shared
                         ? cbf_frame_new(&slot, enter_on_any_thread, host_of(state).shared[made.id].get(), object.level)
                         : cbf_frame_new(&slot, enter, &made, object.level);
        if (status == CBF_OK)
            take(made, slot_kind::frame, slot, nullptr, object);
        else
            unshare(made);
        return status;
    } catch (const std::bad_alloc &) {
        return CBF_NO_MEMORY;
    }
}

int32_t cbf_lua_tap(cbf_lua_state *state, void *callback, void *original) noexcept {
    try {
        auto &object = *static_cast<cbf_lua_callback *>(callback);
        lua_callback &made = free_callback(host_of(state));
        cbf_tap *slot = nullptr;
        const auto function = reinterpret_cast<cbf_function>(reinterpret_cast<std::uintptr_t>(original));
        const cbf_status status = cbf_tap_new(&slot, function, enter, &made, static_cast<unsigned>(object.level));
        if (status == CBF_OK)
            take(made, slot_kind::tap, slot, nullptr, object);
        return status;
    } catch (const std::bad_alloc &) {
        return CBF_NO_MEMORY;
    }
}

int32_t cbf_lua_cast(cbf_lua_state *state, void *callback, const cbf_signature *signature,
                     const cbf_lua_options *options, const char *type) noexcept {
    try {
        lua_callback &made = free_callback(host_of(state));
        const fallback kept = options != nullptr ? copy_result(signature, options->on_error) : nullptr;
        std::int32_t status = share(made, options, kept, signature);
        if (status != CBF_OK)
            return status;
        if (kept != nullptr)
            host_of(state).fallbacks[made.id] = kept;
        made.has_fallback = kept != nullptr;
        made.errors_leave = options != nullptr && options->errors_leave != 0;
        cbf_closure *slot = nullptr;
        status = made.is_shared ? cbf_closure_new(&slot, signature, enter_on_any_thread_with_arguments,
                                                  host_of(state).shared[made.id].get())
                                : cbf_closure_new(&slot, signature, enter_with_arguments, &made);
        if (status == CBF_OK) {
            take(made, slot_kind::closure, slot, type, *static_cast<cbf_lua_callback *>(callback));
        } else {
            forget_fallback(made);
            unshare(made);
        }
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
    unshare(freed);
    freed.kind = slot_kind::none;
    freed.next = std::exchange(host_of(state).free, &freed);
    object->p = nullptr;
}

uint32_t cbf_lua_gather(cbf_lua_state *state) noexcept {
    return host_of(state).calls != nullptr ? host_of(state).calls->gather() : 0;
}

int cbf_lua_run(cbf_lua_state *state) { return host_of(state).calls->run_next(run_queued); }

void cbf_lua_rest(cbf_lua_state *state) noexcept {
    if (host_of(state).calls != nullptr)
        host_of(state).calls->rest();
}

int32_t cbf_lua_sleep(cbf_lua_state *state, double seconds) {
    intptr_t handle = 0;
    const int32_t status = cbf_lua_wakeup(state, &handle);
    if (status == CBF_OK)
        host_of(state).calls->sleep(seconds);
    return status;
}

int32_t cbf_lua_wakeup(cbf_lua_state *state, intptr_t *handle) noexcept {
    try {
        if (!prepare_calls(host_of(state)))
            return CBF_SYSTEM_ERROR;
        *handle = host_of(state).calls->wakeup().handle;
        return CBF_OK;
    } catch (const std::bad_alloc &) {
        return CBF_NO_MEMORY;
    }
}

int32_t cbf_lua_set_queue_limit(cbf_lua_state *state, uint32_t count) noexcept {
    try {
        if (!prepare_calls(host_of(state)))
            return CBF_SYSTEM_ERROR;
        host_of(state).calls->limit(count);
        return CBF_OK;
    } catch (const std::bad_alloc &) {
        return CBF_NO_MEMORY;
    }
}

double cbf_lua_dropped(cbf_lua_state *state) noexcept {
    return host_of(state).calls != nullptr ? static_cast<double>(host_of(state).calls->dropped()) : 0;
}

uint32_t cbf_lua_take_late(cbf_lua_state *state, int32_t *id) noexcept {
    return host_of(state).calls != nullptr ? host_of(state).calls->take_late(*id) : 0;
}

double cbf_lua_now() noexcept {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
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
