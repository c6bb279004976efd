// A program that embeds LuaJIT and the module: states that come and go, several at once, threads,
// and callbacks called by C that no Lua code has called. Usage: embedding MODULES NATIVE [SCENARIO [here]].
// MODULES: the folder of cbframe.lua; NATIVE: native.lua; here: in this process.
#include "embedding.h"

#include <cbframe/cbframe.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int (*int_function)(int);

static const char *modules, *native;

static _Noreturn void fail(const char *what, int line) {
    fprintf(stderr, "embedding.c:%d: %s\n", line, what);
    exit(1);
}

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            fail(#condition, __LINE__);                                                                                \
    } while (false)

static void run(lua_State *L, const char *script) {
    if (luaL_dostring(L, script) != 0)
        fail(lua_tostring(L, -1), __LINE__);
}

static lua_State *open_state(void) {
    lua_State *const L = luaL_newstate();
    REQUIRE(L != NULL);
    luaL_openlibs(L);
    lua_pushfstring(L, "%s/?.lua", modules);
    lua_setglobal(L, "path");
    lua_pushstring(L, native);
    lua_setglobal(L, "native");
    run(L, "package.path = path\n"
           "last = newproxy(true) -- older than the module: its finalizer comes after the module's own\n"
           "getmetatable(last).__gc = function() if at_last then at_last() end end\n"
           "ffi, cbframe, native = require 'ffi', require 'cbframe', dofile(native)\n"
           "int_function = ffi.typeof 'int (*)(int)'\n"
           "kept = {}\n"
           "function add(n)\n"
           "  local cb = cbframe.new(function(cpu) native.return_int(cpu, native.int(cpu, 0) + n) end)\n"
           "  kept[#kept + 1] = cb\n"
           "  return cb\n"
           "end\n"
           "function address(cb) return tonumber(ffi.cast('uintptr_t', cb.p)) end\n");
    return L;
}

/// The function pointer of a callback that a Lua expression makes.
static int_function callback(lua_State *L, const char *expression) {
    lua_getglobal(L, "address");
    lua_pushfstring(L, "return %s", expression);
    if (luaL_loadstring(L, lua_tostring(L, -1)) != 0 || (lua_remove(L, -2), lua_pcall(L, 0, 1, 0)) != 0 ||
        lua_pcall(L, 1, 1, 0) != 0)
        fail(lua_tostring(L, -1), __LINE__);
    const uintptr_t address = (uintptr_t)lua_tonumber(L, -1);
    lua_pop(L, 1);
    return (int_function)address;
}

/// A global of Lua as a string.
static const char *global(lua_State *L, const char *name) {
    lua_getglobal(L, name);
    const char *const text = lua_tostring(L, -1);
    lua_pop(L, 1);
    return text != NULL ? text : "nil";
}

static size_t live(void) {
    cbf_stats stats;
    REQUIRE(cbf_pool_stats(&stats) == CBF_OK);
    return stats.live;
}

enum { remembered = 16 }; // closed states whose callbacks are not freed yet

/// Slots that are live when the states that were closed are forgotten.
static size_t live_at_last(void) {
    for (int i = 0; i < remembered; ++i)
        lua_close(open_state());
    return live();
}

static size_t slot_bytes(void) {
    cbf_stats stats;
    REQUIRE(cbf_pool_stats(&stats) == CBF_OK);
    return stats.bytes;
}

// Closing states --------------------------------------------------------------------------------

static void closing_frees_the_callbacks(void) {
    lua_State *const L = open_state();
    run(L, "for i = 1, 5000 do add(i) end");
    REQUIRE(live() == 5000);
    lua_close(L);
    REQUIRE(live_at_last() == 0);
}

static void two_hundred_states_leave_nothing(void) {
    enum { states = 200, settled = 60, lost_by_each = 60 };
    size_t bytes = 0, before = 0;
    for (int i = 0; i < states; ++i) {
        lua_State *const L = open_state();
        run(L, "for i = 1, 10 do add(i) end\n"
               "assert(int_function(kept[7].p)(1) == 8)\n"
               "ffi.gc(kept[1], kept[1].free)\n"
               "kept[2]:free()");
        lua_close(L);
        REQUIRE(live() <= remembered * 9);
        if (i == settled) {
            bytes = slot_bytes();
            before = allocated();
        }
    }
    REQUIRE(slot_bytes() == bytes);
    REQUIRE(allocated() < before + (states - settled) * lost_by_each);
}

static void a_call_after_closing_aborts(void) {
    lua_State *const L = open_state();
    const int_function f = callback(L, "add(1)");
    REQUIRE(f(1) == 2);
    lua_close(L);
    f(1);
}

static int_function cast(lua_State *L, const char *arguments) {
    lua_pushfstring(L, "kept[#kept + 1] = cbframe.cast(%s)", arguments);
    run(L, lua_tostring(L, -1));
    return callback(L, "kept[#kept]");
}

// So that what C calls while the process ends has an answer.
static void callbacks_with_a_default_or_no_result_outlive_their_state(void) {
    lua_State *const L = open_state();
    const int_function f = cast(L, "'int (*)(int)', function(x) return x + 1 end, { default = -7 }");
    const int_function nothing = cast(L, "'void (*)(int)', function() called = true end");
    REQUIRE(f(1) == 2);
    lua_close(L);
    REQUIRE(f(1) == -7);
    nothing(1); // whatever it is taken for
    for (int i = 1; i < remembered; ++i) {
        lua_close(open_state());
        REQUIRE(f(1) == -7);
    }
    REQUIRE(live() == 2);
    REQUIRE(live_at_last() == 0);
}

static void a_call_of_a_cast_without_default_after_closing_aborts(void) {
    lua_State *const L = open_state();
    const int_function f = cast(L, "'int (*)(int)', function(x) return x + 1 end");
    lua_close(L);
    f(1);
}

static void a_call_long_after_closing_aborts(void) {
    lua_State *const L = open_state();
    const int_function f = cast(L, "'int (*)(int)', function(x) return x + 1 end, { default = -7 }");
    lua_close(L);
    live_at_last();
    f(1);
}

// In which order LuaJIT calls the finalizers of cdata is up to a hash table: with fifty some come late.
static void finalizers_may_use_callbacks_while_the_state_closes(void) {
    for (int i = 0; i < 20; ++i) {
        lua_State *const L = open_state();
        run(L, "failed = 0\n"
               "for i = 1, 50 do\n"
               "  local cb = add(i)\n"
               "  ffi.gc(cb, cb.free)\n"
               "  local f = int_function(add(i).p)\n"
               "  kept[-i] = ffi.gc(ffi.new 'int[1]', function() f(i) end)\n"
               "end\n"
               "local proxy = newproxy(true)\n"
               "getmetatable(proxy).__gc = function() kept[2]:free(); int_function(kept[4].p)(1) end\n"
               "kept.proxy = proxy");
        lua_close(L);
    }
    REQUIRE(live_at_last() == 0);
}

static void making_a_callback_while_the_state_closes(void) {
    lua_State *const L = open_state();
    run(L, "ffi.cdef 'int abs(int);'\n"
           "local abs = ffi.C.abs\n"
           "local function late()\n"
           "  for i = 1, 20 do kept[i]:free() end\n"
           "  pcall(add, 1)\n"
           "  pcall(kept[1].set, kept[1], print)\n"
           "  pcall(cbframe.adopt)\n"
           "  assert(cbframe.call(abs, -1) == 1)\n"
           "end\n"
           "function at_last()\n"
           "  local ok, message = pcall(late)\n"
           "  if not ok then io.stderr:write(message) os.exit(1) end\n"
           "end\n"
           "for i = 1, 50 do\n"
           "  kept[-i] = ffi.gc(ffi.new 'int[1]', function() pcall(add, 1); pcall(kept[i].set, kept[i], print) end)\n"
           "  add(i)\n"
           "end");
    lua_close(L);
    REQUIRE(live_at_last() == 0);
}

// Memory that runs out --------------------------------------------------------------------------

/// An allocator of Lua that fails once. Growing, or making; Lua counts on it that shrinking goes well.
struct failing {
    lua_Alloc allocate;
    void *data;
    long left; // calls before the one that fails; below 0: none does
};

static void *allocate_or_fail(void *data, void *block, size_t from, size_t to) {
    struct failing *const failing = data;
    if (to > from && failing->left-- == 0)
        return NULL;
    return failing->allocate(failing->data, block, from, to);
}

/// Runs a script with an allocation that fails. Whether it came so far.
static bool fails_at(lua_State *L, struct failing *failing, long number, const char *script) {
    REQUIRE(luaL_loadstring(L, script) == 0);
    failing->left = number;
    const int status = lua_pcall(L, 0, 0, 0);
    const bool failed = failing->left < 0;
    failing->left = -1;
    REQUIRE(failed || status == 0); // and it may go well in spite of it
    lua_settop(L, 0);
    return failed;
}

static void let_fail(lua_State *L, struct failing *failing) {
    failing->left = -1;
    failing->allocate = lua_getallocf(L, &failing->data);
    lua_setallocf(L, allocate_or_fail, failing);
}

/// By its own allocator, or LuaJIT does not give that back.
static void close_failing(lua_State *L, const struct failing *failing) {
    lua_setallocf(L, failing->allocate, failing->data);
    lua_close(L);
}

static void whichever_allocation_of_the_first_cast_fails(void) {
    struct failing failing;
    bool failed = true;
    for (long number = 0; failed; ++number) {
        lua_State *const L = open_state();
        run(L, "jit.off()\n"
               "cbframe.onerror(function() end) -- it may be the handler that fails\n"
               "ffi.cdef 'typedef struct { int x, y; } pair;'\n"
               "function attempt()\n"
               "  local cb = cbframe.cast('double (*)(pair, const char *, ...)',\n"
               "    function(p, s, va) return p.x + va:get 'double' end, { default = 2 })\n"
               "  local result = cb.p(ffi.new('pair', 1, 2), 'text', 0.5)\n"
               "  cb:free()\n"
               "  return result\n"
               "end");
        let_fail(L, &failing);
        failed = fails_at(L, &failing, number, "attempt()");
        run(L, "collectgarbage()\n"
               "assert(attempt() == 1.5)\n"
               "assert(#cbframe.layout('int (*)(int)').arguments == 1)");
        close_failing(L, &failing);
    }
    REQUIRE(live_at_last() == 0);
}

// A require that failed is tried again, as a program would: only of the module itself it knows.
/// Whether there is an allocation of this number in it.
static bool first_require_fails_at(long number) {
    struct failing failing;
    lua_State *const L = luaL_newstate();
    REQUIRE(L != NULL);
    luaL_openlibs(L);
    lua_pushfstring(L, "%s/?.lua", modules);
    lua_setglobal(L, "path");
    run(L, "jit.off() require 'ffi' package.path = path");
    let_fail(L, &failing);
    const bool failed = fails_at(L, &failing, number, "require 'cbframe'");
    run(L, "if not pcall(require, 'cbframe') then package.loaded.cbframe = nil end\n"
           "local cbframe = require 'cbframe'\n"
           "local cb = cbframe.cast('int (*)(int)', function(x) return x + 1 end)\n"
           "assert(cb.p(1) == 2)\n"
           "cb:free()\n"
           "assert(cbframe.new(function() end, 'all'):free() == nil)");
    close_failing(L, &failing);
    return failed;
}

// Of the many only some, but all of the last ones, when most is done.
static void whichever_allocation_of_the_first_require_fails(void) {
    long number = 0;
    while (first_require_fails_at(number))
        number += 1 + number / 64;
    for (long last = number - 150; number > last; --number)
        first_require_fails_at(number);
    REQUIRE(live_at_last() == 0);
}

// Several states --------------------------------------------------------------------------------

static void two_states_know_nothing_of_each_other(void) {
    lua_State *const first = open_state(), *const second = open_state();
    const int_function add_1 = callback(first, "add(1)"), add_2 = callback(second, "add(2)");
    REQUIRE(add_1(10) == 11);
    REQUIRE(add_2(10) == 12);
    run(first, "kept[1]:free(); kept[1]:set(function(cpu) native.return_int(cpu, 77) end)");
    REQUIRE(add_2(10) == 12);
    REQUIRE(callback(first, "kept[1]")(0) == 77);
    lua_close(first);
    REQUIRE(add_2(10) == 12);
    REQUIRE(live_at_last() == 1);
    lua_close(second);
}

static void calls_nest_across_states(void) {
    lua_State *const first = open_state(), *const second = open_state();
    const int_function inner = callback(second, "add(2)");
    lua_pushnumber(first, (lua_Number)(uintptr_t)inner);
    lua_setglobal(first, "inner");
    const int_function outer =
        callback(first, "cbframe.new(function(cpu)\n"
                        "  native.return_int(cpu, 10 * ffi.cast(int_function, inner)(native.int(cpu, 0)))\n"
                        "end)");
    for (int i = 0; i < 1000; ++i)
        REQUIRE(outer(i) == 10 * (i + 2));
    lua_close(first);
    REQUIRE(inner(1) == 3);
    lua_close(second);
}

static void an_error_stays_in_its_state(void) {
    lua_State *const first = open_state(), *const second = open_state();
    run(first, "cbframe.onerror(function(message) got = message end)");
    run(second, "cbframe.onerror(function(message) got = message end)");
    const int_function inner = callback(second, "cbframe.new(function() error('inner', 0) end)");
    lua_pushnumber(first, (lua_Number)(uintptr_t)inner);
    lua_setglobal(first, "inner");
    run(first, "assert(pcall(cbframe.call, ffi.cast(int_function, inner), 1))");
    REQUIRE(strcmp(global(first, "got"), "nil") == 0);
    REQUIRE(strncmp(global(second, "got"), "inner", 5) == 0);
    lua_close(first);
    lua_close(second);
}

// C that no Lua code has called -----------------------------------------------------------------

static void c_calls_out_of_nowhere(void) {
    lua_State *const L = open_state();
    // Compiled soon; every hundredth call leaves the compiled code.
    const int_function f = callback(L, "cbframe.new(function(cpu)\n"
                                       "  local x = native.int(cpu, 0)\n"
                                       "  native.return_int(cpu, x % 100 == 0 and tonumber(tostring(x)) + 5 or x + 5)\n"
                                       "end)");
    const int top = lua_gettop(L);
    for (int i = 0; i < 10000; ++i)
        REQUIRE(f(i) == i + 5);
    REQUIRE(lua_gettop(L) == top);
    lua_close(L);
}

static void errors_out_of_nowhere(void) {
    lua_State *const L = open_state();
    run(L, "cbframe.onerror(function(message) got = message end)");
    const int_function fails = callback(L, "cbframe.new(function() error('nowhere', 0) end)");
    const int_function descends = callback(L, "cbframe.new(function()\n"
                                              "  local function descend() return 1 + descend() end\n"
                                              "  descend()\n"
                                              "end)");
    for (int i = 0; i < 100; ++i) {
        fails(1);
        REQUIRE(strncmp(global(L, "got"), "nowhere", 7) == 0);
        descends(1);
        REQUIRE(strstr(global(L, "got"), "stack overflow") != NULL);
    }
    lua_close(L);
}

static void endless_recursion_out_of_nowhere(void) {
    lua_State *const L = open_state();
    run(L, "cbframe.onerror(function(message) got = message end)");
    const int_function f = callback(L, "cbframe.new(function(cpu) int_function(kept.self.p)(1) end)");
    run(L, "depth = 0\n"
           "kept.self = cbframe.new(function(cpu)\n"
           "  depth = depth + 1\n"
           "  int_function(kept.self.p)(1)\n"
           "end)");
    f(1);
    REQUIRE(strstr(global(L, "got"), "nested too deep") != NULL);
    run(L, "assert(depth > 100)");
    lua_close(L);
}

// LuaJIT runs a callback on whatever coroutine used the FFI last. When C calls with no FFI call under way,
// that one may be gone or not be the one that runs, and LuaJIT crashes, for its own callbacks too
// (LuaJIT/LuaJIT issues 1405, 1498). adopt() makes it the coroutine that calls adopt().
static void adopting_makes_it_safe_to_call_after_coroutines_used_the_ffi(void) {
    lua_State *const L = open_state();
    const int_function f = callback(L, "add(5)");
    for (int i = 0; i < 50; ++i) {
        run(L, "local cb = kept[1]\n"
               "coroutine.wrap(function() assert(int_function(cb.p)(1) == 6) end)()\n"
               "collectgarbage()\n"
               "collectgarbage()\n"
               "garbage = {}\n"
               "for i = 1, 100 do garbage[i] = coroutine.create(print) end\n"
               "cbframe.adopt()");
        REQUIRE(f(i) == i + 5);
    }
    lua_close(L);
}

static void adopting_in_a_hot_loop_does_the_same(void) {
    lua_State *const L = open_state();
    const int_function f = callback(L, "add(5)");
    run(L, "function adopt() for i = 1, 200 do cbframe.adopt() end end\n"
           "adopt()");
    for (int i = 0; i < 50; ++i) {
        run(L, "local cb = kept[1]\n"
               "coroutine.wrap(function() assert(int_function(cb.p)(1) == 6) end)()\n"
               "collectgarbage()\n"
               "collectgarbage()\n"
               "garbage = {}\n"
               "for i = 1, 100 do garbage[i] = coroutine.create(print) end\n"
               "adopt()");
        REQUIRE(f(i) == i + 5);
    }
    lua_close(L);
}

static int call_it(lua_State *L) {
    const int_function f = (int_function)(uintptr_t)lua_tonumber(L, 1);
    lua_pushinteger(L, f((int)lua_tointeger(L, 2)));
    return 1;
}

static void c_functions_of_the_lua_api_call_callbacks(void) {
    lua_State *const L = open_state();
    lua_register(L, "call_it", call_it);
    run(L, "local p = address(cbframe.new(function(cpu)\n"
           "  local x = native.int(cpu, 0)\n"
           "  native.return_int(cpu, x % 100 == 0 and tonumber(tostring(x)) + 5 or x + 5)\n"
           "end))\n"
           "assert(call_it(p, 1) == 6)\n"
           "for i = 1, 1000 do assert(call_it(p, i) == i + 5) end\n"
           "for i = 100, 5000, 100 do\n"
           "  ffi.new 'int[1]'\n"
           "  coroutine.wrap(function() assert(cbframe.call(call_it, p, i) == i + 5) end)()\n"
           "end\n"
           "coroutine.wrap(function()\n"
           "  cbframe.adopt()\n" // without cbframe.call, see adopting_makes_it_safe
           "  for i = 1, 10000 do assert(call_it(p, i) == i + 5) end\n"
           "end)()\n"
           "cbframe.adopt()\n"
           "local nested = address(cbframe.new(function(cpu) native.return_int(cpu, call_it(p, native.int(cpu, 0)) * "
           "2) end))\n"
           "assert(call_it(nested, 3) == 16)\n"
           "local fails = address(cbframe.new(function() error('oops', 0) end))\n"
           "local ok, message = pcall(cbframe.call, call_it, fails, 1)\n"
           "assert(not ok and message:find 'oops')");
    lua_close(L);
}

// Threads ---------------------------------------------------------------------------------------

struct adopted {
    lua_State *L;
    int_function f;
};

static void *adopt_and_call(void *argument) {
    struct adopted *const a = argument;
    run(a->L, "cbframe.adopt()");
    REQUIRE(a->f(1) == 6);
    run(a->L, "assert(int_function(kept[1].p)(2) == 7)");
    return NULL;
}

static void a_state_may_move_to_another_thread(void) {
    struct adopted a = {open_state(), NULL};
    a.f = callback(a.L, "add(5)");
    REQUIRE(a.f(1) == 6);
    REQUIRE(on_thread(adopt_and_call, &a, 0));
    run(a.L, "cbframe.adopt()");
    REQUIRE(a.f(1) == 6);
    lua_close(a.L);
}

static void *call_only(void *argument) {
    struct adopted *const a = argument;
    a->f(1);
    return NULL;
}

static void a_call_on_another_thread_aborts(void) {
    struct adopted a = {open_state(), NULL};
    a.f = callback(a.L, "add(5)");
    REQUIRE(on_thread(call_only, &a, 0));
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_adopted = PTHREAD_COND_INITIALIZER, never = PTHREAD_COND_INITIALIZER;
static bool adopted_elsewhere;

static void *adopt_and_wait(void *argument) {
    run(((struct adopted *)argument)->L, "cbframe.adopt()");
    pthread_mutex_lock(&lock);
    adopted_elsewhere = true;
    pthread_cond_signal(&has_adopted);
    for (;;)
        pthread_cond_wait(&never, &lock); // a thread's number is only its own while it lives
    return NULL;
}

static void a_call_on_the_thread_it_moved_from_aborts(void) {
    struct adopted a = {open_state(), NULL};
    a.f = callback(a.L, "add(5)");
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, adopt_and_wait, &a) == 0);
    pthread_mutex_lock(&lock);
    while (!adopted_elsewhere)
        pthread_cond_wait(&has_adopted, &lock);
    pthread_mutex_unlock(&lock);
    a.f(1);
}

static void *recurse_on_little_stack(void *argument) {
    struct adopted *const a = argument;
    run(a->L, "cbframe.adopt(); depth, got = 0, nil");
    a->f(1);
    REQUIRE(strstr(global(a->L, "got"), "nested too deep") != NULL);
    run(a->L, "assert(depth > 5 and depth < 0.75 * usual, depth)"); // Wine makes no stack of less than 1 MB
    return NULL;
}

static void the_limit_is_that_of_the_adopting_thread(void) {
    struct adopted a = {open_state(), NULL};
    run(a.L, "cbframe.onerror(function(message) got = message end)\n"
             "kept.self = cbframe.new(function(cpu)\n"
             "  depth = depth + 1\n"
             "  int_function(kept.self.p)(1)\n"
             "end)");
    a.f = callback(a.L, "kept.self");
    run(a.L, "depth = 0");
    a.f(1);
    run(a.L, "usual = depth");
    REQUIRE(on_thread(recurse_on_little_stack, &a, 256 * 1024));
    run(a.L, "cbframe.adopt(); depth = 0");
    a.f(1);
    run(a.L, "assert(depth == usual, depth)");
    lua_close(a.L);
}

static void *state_of_its_own(void *argument) {
    (void)argument;
    for (int i = 0; i < 20; ++i) {
        lua_State *const L = open_state();
        const int_function f = callback(L, "add(5)");
        for (int j = 0; j < 200; ++j)
            REQUIRE(f(j) == j + 5);
        run(L, "for i = 1, 1000 do\n"
               "  local cb = cbframe.new(function(cpu) native.return_int(cpu, i) end)\n"
               "  assert(int_function(cb.p)(0) == i)\n"
               "  if i % 10 ~= 0 then cb:free() end\n"
               "end");
        lua_close(L);
    }
    return NULL;
}

static void a_state_for_each_thread(void) {
    pthread_t threads[4];
    for (size_t i = 0; i < 4; ++i)
        REQUIRE(pthread_create(&threads[i], NULL, state_of_its_own, NULL) == 0);
    for (size_t i = 0; i < 4; ++i)
        pthread_join(threads[i], NULL);
    REQUIRE(live_at_last() == 0);
}

// Calls on other threads that wait for it -----------------------------------------------------------

/// A state with a callback of these options, and the function pointer.
static lua_State *open_sharing(const char *options, int_function *f) {
    lua_State *const L = open_state();
    run(L, "native_library = require 'cbframe_native'.own\n"
           "function await(count)\n"
           "  while native_library.cbf_lua_gather(require 'cbframe_callbacks'.state()) < count do end\n"
           "end\n"
           "function share(options) return cbframe.cast('int (*)(int)', function(x) return x + 5 end, options) end");
    char expression[200];
    snprintf(expression, sizeof(expression), "share { %s }", options);
    *f = callback(L, expression);
    return L;
}

enum { callers = 8 };

struct caller {
    int_function f;
    pthread_t thread;
    int last, count;
};

static void *call_until_closed(void *argument) {
    struct caller *const own = argument;
    do
        own->last = own->f(own->count);
    while (own->last == own->count++ + 5);
    return NULL;
}

static void start_callers(struct caller *each, int_function f) {
    for (size_t i = 0; i < callers; ++i) {
        each[i] = (struct caller){.f = f};
        REQUIRE(pthread_create(&each[i].thread, NULL, call_until_closed, &each[i]) == 0);
    }
}

static void end_callers(const struct caller *each, int result) {
    for (size_t i = 0; i < callers; ++i) {
        pthread_join(each[i].thread, NULL);
        REQUIRE(each[i].last == result);
    }
}

static void closing_answers_calls_that_wait(void) {
    int_function f;
    lua_State *const L = open_sharing("thread = 'wait', default = -7", &f);
    struct caller each[callers];
    start_callers(each, f);
    run(L, "await(8)");
    lua_close(L);
    end_callers(each, -7);
    REQUIRE(f(1) == -7);
}

static void closing_while_others_call(void) {
    for (int i = 0; i < 20; ++i) {
        int_function f;
        lua_State *const L = open_sharing("thread = 'wait', default = -7", &f);
        struct caller each[callers];
        start_callers(each, f);
        run(L, "for i = 1, 200 do cbframe.poll(0.001) end");
        lua_close(L);
        end_callers(each, -7);
    }
    REQUIRE(live_at_last() == 0);
}

static void *call_often(void *argument) {
    struct caller *const own = argument;
    for (own->count = 0; own->count < 1000; ++own->count)
        REQUIRE(own->f(own->count) == -7);
    return NULL;
}

static void closing_while_others_post(void) {
    for (int i = 0; i < 20; ++i) {
        int_function f;
        lua_State *const L = open_sharing("thread = 'post', default = -7", &f);
        struct caller each[callers];
        for (size_t j = 0; j < callers; ++j) {
            each[j] = (struct caller){.f = f};
            REQUIRE(pthread_create(&each[j].thread, NULL, call_often, &each[j]) == 0);
        }
        run(L, "for i = 1, 20 do cbframe.poll() end");
        lua_close(L);
        for (size_t j = 0; j < callers; ++j)
            pthread_join(each[j].thread, NULL);
        REQUIRE(f(1) == -7);
    }
    REQUIRE(live_at_last() == 0);
}

static void a_call_that_would_wait_after_closing_aborts(void) {
    int_function f;
    lua_close(open_sharing("thread = 'wait'", &f));
    struct adopted a = {NULL, f};
    REQUIRE(on_thread(call_only, &a, 0));
}

static void *poll_for_them(void *L) {
    run(L, "cbframe.adopt(); ran = 0; while ran < 1000 do ran = ran + cbframe.poll(1) end");
    return NULL;
}

static void the_thread_that_has_adopted_the_state_runs_them(void) {
    int_function f;
    lua_State *const L = open_sharing("thread = 'wait', default = -7", &f);
    struct caller each[callers];
    start_callers(each, f);
    REQUIRE(on_thread(poll_for_them, L, 0));
    run(L, "cbframe.adopt()");
    REQUIRE(f(1) == 6);
    lua_close(L);
    end_callers(each, -7);
}

static void *close_it(void *L) {
    lua_close(L);
    return NULL;
}

static void a_state_may_be_closed_on_another_thread(void) {
    lua_State *const L = open_state();
    run(L, "for i = 1, 10 do local cb = add(i); ffi.gc(cb, cb.free) end");
    REQUIRE(on_thread(close_it, L, 0));
    REQUIRE(live() == 0);
}

// -----------------------------------------------------------------------------------------------

struct scenario {
    const char *name;
    void (*play)(void);
    const char *last_words; // of one that must abort, else NULL
};

#define SCENARIO(function)                                                                                             \
    { #function, function, NULL }

static const struct scenario scenarios[] = {
    SCENARIO(closing_frees_the_callbacks),
    SCENARIO(two_hundred_states_leave_nothing),
    {"a_call_after_closing_aborts", a_call_after_closing_aborts, " called after its Lua state was closed"},
    SCENARIO(callbacks_with_a_default_or_no_result_outlive_their_state),
    {"a_call_of_a_cast_without_default_after_closing_aborts", a_call_of_a_cast_without_default_after_closing_aborts,
     " called after its Lua state was closed"},
    {"a_call_long_after_closing_aborts", a_call_long_after_closing_aborts, "cbframe: call of a freed callback at 0x"},
    SCENARIO(finalizers_may_use_callbacks_while_the_state_closes),
    SCENARIO(making_a_callback_while_the_state_closes),
    SCENARIO(whichever_allocation_of_the_first_cast_fails),
    SCENARIO(whichever_allocation_of_the_first_require_fails),
    SCENARIO(two_states_know_nothing_of_each_other),
    SCENARIO(calls_nest_across_states),
    SCENARIO(an_error_stays_in_its_state),
    SCENARIO(c_calls_out_of_nowhere),
    SCENARIO(errors_out_of_nowhere),
    SCENARIO(endless_recursion_out_of_nowhere),
    SCENARIO(adopting_makes_it_safe_to_call_after_coroutines_used_the_ffi),
    SCENARIO(adopting_in_a_hot_loop_does_the_same),
    SCENARIO(c_functions_of_the_lua_api_call_callbacks),
    SCENARIO(a_state_may_move_to_another_thread),
    {"a_call_on_another_thread_aborts", a_call_on_another_thread_aborts, "called on another thread"},
    {"a_call_on_the_thread_it_moved_from_aborts", a_call_on_the_thread_it_moved_from_aborts,
     "called on another thread"},
    SCENARIO(the_limit_is_that_of_the_adopting_thread),
    SCENARIO(a_state_for_each_thread),
    SCENARIO(closing_answers_calls_that_wait),
    SCENARIO(closing_while_others_call),
    SCENARIO(closing_while_others_post),
    {"a_call_that_would_wait_after_closing_aborts", a_call_that_would_wait_after_closing_aborts,
     " called after its Lua state was closed"},
    SCENARIO(the_thread_that_has_adopted_the_state_runs_them),
    SCENARIO(a_state_may_be_closed_on_another_thread),
};

static bool passes(const struct scenario *s) {
    const struct ending ending = play_apart(s->play, s->name);
    const bool passed =
        s->last_words == NULL ? ending.well : ending.aborted && strstr(ending.words, s->last_words) != NULL;
    printf("%-8s%s\n", passed ? "ok" : "FAILED", s->name);
    if (!passed)
        printf("\tstatus 0x%x: %s\n", ending.status, ending.words);
    fflush(stdout);
    return passed;
}

int main(int argc, char **argv) {
    REQUIRE(argc >= 3);
    modules = argv[1];
    native = argv[2];
    int failed = 0;
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); ++i) {
        if (argc > 3 && strcmp(argv[3], scenarios[i].name) != 0)
            continue;
        if (argc > 4)
            scenarios[i].play();
        else
            failed += !passes(&scenarios[i]);
    }
    return failed != 0;
}
