/* Between the Lua module and its library: C without preprocessor directives but for the macros CBF_LUA_API and
 * CBF_NOEXCEPT, read by C++ and by ffi.cdef. */

/* A call of a callback. */
typedef struct cbf_lua_call {
    union {
        cbf_cpu *cpu;             /* if the callback is a frame */
        cbf_arguments *arguments; /* if it has a signature */
    };
    int32_t id;           /* of the callback */
    int16_t failed;       /* set by Lua: the handler failed, the CPU or the result is to be as for an error */
    int16_t errors_leave; /* the callback's errors are to leave through the C that called */
} cbf_lua_call;

/* What finds where a handler was defined when another thread calls, and Lua cannot be asked: functions of Lua's C API
 * (Lua 5.1 reference manual, 3), and a coroutine of which nothing else makes use. Its function's upvalues are the
 * tables of what runs, by the ids of callbacks, and of the handlers of those with a signature. coroutine is NULL if
 * there is no such API. */
typedef struct cbf_lua_places {
    void *coroutine;
    const char *(*getupvalue)(void *coroutine, int function, int number);
    void (*rawgeti)(void *coroutine, int table, int key);
    int (*type)(void *coroutine, int value);
    int (*getinfo)(void *coroutine, const char *what, void *debug);
} cbf_lua_places;

/* How many closed states are remembered, that is their callbacks. */
enum { CBF_LUA_CLOSED = 16 };

/* What all callbacks of one Lua state share. */
typedef struct cbf_lua_state {
    void (*dispatch_frame)(void); /* LuaJIT callbacks; without arguments, which would cost more than to read the call */
    void (*dispatch_cast)(void);
    void (*refuse)(void); /* called in place of them where a call finds too little C stack; does nothing */
    void (*leave)(void);  /* raises the error that Lua has kept when it set leaving; if not can_leave, delivers it */
    cbf_lua_call call;    /* the innermost. A debug hook or finalizer may call back before Lua has read it, or after it
                             has set failed: who enters a call gives back the one around it */
    int32_t leaving;      /* set by Lua at the end of a call: leave is to be called */
    int32_t can_leave;
    int32_t refused; /* calls that found too little C stack left, until Lua takes note */
    int32_t broken;  /* calls that an error left, past its pcall, until Lua takes note */
    cbf_lua_places places;
} cbf_lua_state;

/* A callback object of the module. */
typedef struct cbf_lua_callback {
    void *p;    /* the function pointer, NULL when freed */
    int32_t id; /* the key of its function: small, reused after free */
    cbf_level level;
} cbf_lua_callback;

/* The same as Lua sees it, which must not write to it. */
typedef struct cbframe_callback {
    void *const p;
    const int32_t id;
    const cbf_level level;
} cbframe_callback;

/* What becomes of calls on other threads than the state's own. */
enum {
    CBF_LUA_ABORT = 0,  /* they end the process */
    CBF_LUA_WAIT = 1,   /* they wait until the state's thread has run them */
    CBF_LUA_POST = 2,   /* the state's thread runs them when they have returned */
    CBF_LUA_DEFAULT = 3 /* they return */
};

/* A status of this library's own; and the most bytes of a call's arguments that CBF_LUA_POST copies, about. */
enum { CBF_LUA_TOO_LARGE = -1, CBF_LUA_MOST_COPIED = 4096 };

/* What else is to be known of a callback. */
typedef struct cbf_lua_options {
    const void *on_error; /* the result of a call that fails, as many bytes as the result type has; NULL: zeros */
    double timeout;       /* of CBF_LUA_WAIT, in seconds; negative: none */
    int32_t errors_leave; /* whether errors leave through the C that called */
    int32_t thread;       /* CBF_LUA_ABORT and so on */
} cbf_lua_options;

/* Whether LuaJIT could make the code of its callback executable. */
CBF_LUA_API int cbf_lua_can_call(void (*dispatch)(void)) CBF_NOEXCEPT;

/* Stores in *out a state owned by the calling thread, which must be LuaJIT's interpreter's. Answers a cbf_status:
 * CBF_NO_MEMORY. */
CBF_LUA_API int32_t cbf_lua_open(cbf_lua_state **out, void (*dispatch_frame)(void), void (*dispatch_cast)(void),
                                 void (*refuse)(void), void (*leave)(void)) CBF_NOEXCEPT;

/* Closes the state. Its callbacks run no Lua any more: taps go on in their originals, those with a signature return
 * their results of calls that fail, if they have any or return nothing, others end the process. They are freed when
 * CBF_LUA_CLOSED more states have been closed. NULL is fine. */
CBF_LUA_API void cbf_lua_close(cbf_lua_state *state) CBF_NOEXCEPT;

/* Makes the calling thread the only one on which callbacks may be called. */
CBF_LUA_API void cbf_lua_adopt(cbf_lua_state *state) CBF_NOEXCEPT;

/* Gives callback, a cbf_lua_callback whose level is set, a frame that enters Lua through state: sets p and id. options:
 * NULL for none; thread may be CBF_LUA_WAIT. Answers a cbf_status, as cbf_frame_new does, but as a number: an enum
 * would be one more object for Lua to find memory for. */
CBF_LUA_API int32_t cbf_lua_new(cbf_lua_state *state, void *callback, const cbf_lua_options *options) CBF_NOEXCEPT;

/* The same with a tap of original. */
CBF_LUA_API int32_t cbf_lua_tap(cbf_lua_state *state, void *callback, void *original) CBF_NOEXCEPT;

/* The same with a closure of signature. callback: a struct of the members of cbf_lua_callback, but that p may be a
 * function pointer. options may be NULL. type: how the C type is spelled, which lives as long as the callback. If it
 * fails, nothing is kept of what it was given. CBF_LUA_TOO_LARGE: of CBF_LUA_POST, for arguments of so many bytes. */
CBF_LUA_API int32_t cbf_lua_cast(cbf_lua_state *state, void *callback, const cbf_signature *signature,
                                 const cbf_lua_options *options, const char *type) CBF_NOEXCEPT;

/* Frees the frame, tap or closure of a callback of cbf_lua_new, cbf_lua_tap or cbf_lua_cast, and sets p to NULL. If p
 * is NULL, does nothing. */
CBF_LUA_API void cbf_lua_free(cbf_lua_state *state, void *callback) CBF_NOEXCEPT;

/* Calls on other threads, see CBF_LUA_WAIT and CBF_LUA_POST: says how many may be in the queue; runs the oldest of
 * those, which is a call back, and answers 0 if there is none; to be called after that; returns when there is one, the
 * seconds have passed or a signal came, and answers a cbf_status. */
CBF_LUA_API uint32_t cbf_lua_gather(cbf_lua_state *state) CBF_NOEXCEPT;
CBF_LUA_API int cbf_lua_run(cbf_lua_state *state);
CBF_LUA_API void cbf_lua_rest(cbf_lua_state *state) CBF_NOEXCEPT;
CBF_LUA_API int32_t cbf_lua_sleep(cbf_lua_state *state, double seconds);

/* Stores in *handle what the system can wait for while none waits. Answers a cbf_status. */
CBF_LUA_API int32_t cbf_lua_wakeup(cbf_lua_state *state, intptr_t *handle) CBF_NOEXCEPT;

/* How many calls nobody waits for can be queued: 1024 at first. Answers a cbf_status. */
CBF_LUA_API int32_t cbf_lua_set_queue_limit(cbf_lua_state *state, uint32_t count) CBF_NOEXCEPT;

/* How many calls were not queued because of that. */
CBF_LUA_API double cbf_lua_dropped(cbf_lua_state *state) CBF_NOEXCEPT;

/* How many calls were given up that waited too long, since it was asked before; *id: of the callback of one. */
CBF_LUA_API uint32_t cbf_lua_take_late(cbf_lua_state *state, int32_t *id) CBF_NOEXCEPT;

/* Seconds, of a clock that nobody sets. */
CBF_LUA_API double cbf_lua_now(void) CBF_NOEXCEPT;

/* Whether standard output wants colour: a terminal, and NO_COLOR unset or empty. */
CBF_LUA_API int cbf_lua_wants_color(void) CBF_NOEXCEPT;

/* A long double of this system's C at any address. */
CBF_LUA_API double cbf_lua_long_double(const void *from) CBF_NOEXCEPT;
CBF_LUA_API void cbf_lua_set_long_double(double value, void *to) CBF_NOEXCEPT;

/* The va_list of a call's variadic arguments, as functions that take one get it: what a pointer to void can be in its
 * place. NULL: there is none, see cbf_argument_list. */
CBF_LUA_API void *cbf_lua_argument_list(cbf_arguments *arguments) CBF_NOEXCEPT;
