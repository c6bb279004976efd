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

/* Whether LuaJIT could make the code of its callback executable. */
CBF_LUA_API int cbf_lua_can_call(void (*dispatch)(void)) CBF_NOEXCEPT;

/* Stores in *out a state owned by the calling thread, which must be LuaJIT's interpreter's. Answers a cbf_status:
 * CBF_NO_MEMORY. */
CBF_LUA_API int32_t cbf_lua_open(cbf_lua_state **out, void (*dispatch_frame)(void), void (*dispatch_cast)(void),
                                 void (*refuse)(void), void (*leave)(void)) CBF_NOEXCEPT;

/* Closes the state. Its callbacks run no Lua any more: those with a signature return their results of calls that fail,
 * if they have any or return nothing, others end the process. They are freed when CBF_LUA_CLOSED more states have been
 * closed. NULL is fine. */
CBF_LUA_API void cbf_lua_close(cbf_lua_state *state) CBF_NOEXCEPT;

/* Makes the calling thread the only one on which callbacks may be called. */
CBF_LUA_API void cbf_lua_adopt(cbf_lua_state *state) CBF_NOEXCEPT;

/* Gives callback, a cbf_lua_callback whose level is set, a frame that enters Lua through state: sets p and id. Answers
 * a cbf_status, as cbf_frame_new does, but as a number: an enum would be one more object for Lua to find memory for. */
CBF_LUA_API int32_t cbf_lua_new(cbf_lua_state *state, void *callback) CBF_NOEXCEPT;

/* The same with a closure of signature. callback: a struct of the members of cbf_lua_callback,
 * but that p may be a function pointer. on_error: the result of a call that fails, as many bytes as the result type
 * has; NULL: zeros. errors_leave: whether errors leave through the C that called. If it fails, nothing is kept of what
 * it was given. */
CBF_LUA_API int32_t cbf_lua_cast(cbf_lua_state *state, void *callback, const cbf_signature *signature,
                                 const void *on_error, int errors_leave) CBF_NOEXCEPT;

/* Frees the frame or closure of a callback of cbf_lua_new or cbf_lua_cast, and sets p to NULL. If p is NULL, does
 * nothing. */
CBF_LUA_API void cbf_lua_free(cbf_lua_state *state, void *callback) CBF_NOEXCEPT;

/* Whether standard output wants colour: a terminal, and NO_COLOR unset or empty. */
CBF_LUA_API int cbf_lua_wants_color(void) CBF_NOEXCEPT;

/* A long double of this system's C at any address. */
CBF_LUA_API double cbf_lua_long_double(const void *from) CBF_NOEXCEPT;
CBF_LUA_API void cbf_lua_set_long_double(double value, void *to) CBF_NOEXCEPT;

/* The va_list of a call's variadic arguments, as functions that take one get it: what a pointer to void can be in its
 * place. NULL: there is none, see cbf_argument_list. */
CBF_LUA_API void *cbf_lua_argument_list(cbf_arguments *arguments) CBF_NOEXCEPT;
