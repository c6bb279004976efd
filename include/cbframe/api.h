/* The functions of cbframe.h. C without preprocessor directives; the Lua module removes the macros CBF_API and
 * CBF_NOEXCEPT. C, C++ and LuaJIT's ffi.cdef read this one text. */

/* What a function of this API returns. */
typedef enum cbf_status {
    CBF_OK = 0,
    CBF_INVALID_ARGUMENT = 1, /* a null pointer, an unknown level or option */
    CBF_NO_MEMORY = 2,        /* no memory for more slots (RLIMIT_AS, overcommit) */
    CBF_NO_EXECUTABLE = 3,    /* the system allows no more executable pages */
    CBF_NOT_A_SLOT = 4,       /* the pointer is not of this library, or is a slot of another kind */
    CBF_FREED = 5,            /* the slot is free already */
    CBF_BUSY = 6,           /* a signal handler has interrupted this thread while it made, changed or freed a callback,
                             * or growth of the pool calls itself: nothing has changed, and it works later */
    CBF_SYSTEM_ERROR = 7,   /* the system failed in another way; cbf_error_detail says how */
    CBF_BAD_TYPE = 8,       /* the result or a named argument is of a type that cannot be passed */
    CBF_BAD_CONVENTION = 9, /* the convention is none, or no such function is called by it here */
    CBF_BAD_VARIADIC_TYPE = 10 /* an argument in place of `...` is of a type that cannot be passed there */
} cbf_status;

/* A level: how much of the CPU a frame captures and restores.
 * LEGACY: general registers, RFLAGS, x87/MMX data with control, status and tag word, MXCSR, XMM0-15.
 * ALL: also the upper halves of YMM/ZMM0-15, ZMM16-31 and k0-k7, where the CPU has them.
 * SSE: LEGACY without the x87 and MMX, which costs less: the handler runs with them as the caller left them, and the
 * caller finds them as the handler left them. FCW, FSW, FTWX, FOP, FIP, FDP and FPR of cbf_cpu are undefined and not
 * looked at. On x86 alone: other CPUs have nothing that is as rarely used, and refuse it. */
typedef enum cbf_level {
    CBF_LEVEL_LEGACY = 0,
    CBF_LEVEL_ALL = 1,
    CBF_LEVEL_SSE = 2,
    CBF_TAP_FORWARD_WHEN_FREED = 0x100 /* no level, but what cbf_tap_new takes beside one */
} cbf_level;

/* One live frame. It is the slot itself: the address that cbf_frame_address returns. */
typedef struct cbf_frame cbf_frame;

/* What a frame calls. cpu lives on the caller's stack until the handler returns; what is in it then
 * is what the CPU holds when the call returns. user is what cbf_frame_new was given. */
typedef void (*cbf_handler)(cbf_cpu *cpu, void *user);

/* A function pointer of no particular signature: cast it to the one you need. */
typedef void (*cbf_function)(void);

/* Makes a frame and stores it in *out. O(1). Not async-signal-safe; see CBF_BUSY.
 * CBF_INVALID_ARGUMENT: out or handler is NULL, or level is unknown or not one of this CPU's.
 * CBF_NO_MEMORY, CBF_NO_EXECUTABLE, CBF_SYSTEM_ERROR: no slot is available; every frame made before still works.
 * CBF_BUSY: this thread is making, changing or freeing a callback already. */
CBF_API cbf_status cbf_frame_new(cbf_frame **out, cbf_handler handler, void *user, cbf_level level) CBF_NOEXCEPT;

/* Gives a live frame another handler. Handler and user change together: a call sees either the old pair or
 * the new one. For calls on other threads that needs a processor with AVX, or 32-bit x86; others do not guarantee
 * atomic accesses of 16 bytes, and such a call may see one of each. May be called by the frame's own handler.
 * CBF_INVALID_ARGUMENT: handler is NULL. CBF_NOT_A_SLOT, CBF_FREED: frame is no live frame. CBF_BUSY. */
CBF_API cbf_status cbf_frame_set(cbf_frame *frame, cbf_handler handler, void *user) CBF_NOEXCEPT;

/* Frees a frame. O(1). A call that is in progress finishes; a later call prints which slot was called
 * and aborts, at least until 1,024 other frames of the same level have been freed after it. May be
 * called by the frame's own handler. NULL is fine: nothing is freed.
 * CBF_NOT_A_SLOT: frame is no frame of this library, perhaps a closure. CBF_FREED: it is free already.
 * CBF_BUSY: it is not freed; this thread is making, changing or freeing a callback already. */
CBF_API cbf_status cbf_frame_free(cbf_frame *frame) CBF_NOEXCEPT;

/* The function pointer to hand out. Never fails; NULL for NULL. */
CBF_API cbf_function cbf_frame_address(const cbf_frame *frame) CBF_NOEXCEPT;

/* The most bytes of the caller's stack that one call through a frame of this level takes before the
 * handler starts, 0 for an unknown level. As many as through a tap. */
CBF_API size_t cbf_frame_stack_size(cbf_level level) CBF_NOEXCEPT;

/* One live tap: a function pointer whose calls go to a handler first and then on in another function, the original,
 * with the state that the handler left, the stack as it was at the call. It is the slot itself: the address that
 * cbf_tap_address returns. No signature is known or needed. */
typedef struct cbf_tap cbf_tap;

/* Makes a tap of a function, of whatever signature and convention, and stores it in *out. level: a cbf_level; with
 * CBF_TAP_FORWARD_WHEN_FREED added, a call of the freed tap goes on in the original, at least until 1,024 others of
 * that sort have been freed after it; then it prints which slot was called and aborts, as that of every other freed tap
 * does at once. Fails as cbf_frame_new does, and with CBF_INVALID_ARGUMENT if original is NULL. What the original finds
 * is what the handler left, bit for bit, but for X16 on 64-bit Arm and X6 on RISC-V, which conventions let any linker's
 * stub change at a call. */
CBF_API cbf_status cbf_tap_new(cbf_tap **out, cbf_function original, cbf_handler handler, void *user,
                               unsigned level) CBF_NOEXCEPT;

/* As cbf_frame_set and cbf_frame_free. */
CBF_API cbf_status cbf_tap_set(cbf_tap *tap, cbf_handler handler, void *user) CBF_NOEXCEPT;
CBF_API cbf_status cbf_tap_free(cbf_tap *tap) CBF_NOEXCEPT;

/* The function pointer to put in the original's place. Never fails; NULL for NULL. */
CBF_API cbf_function cbf_tap_address(const cbf_tap *tap) CBF_NOEXCEPT;

/* For the handler of a tap, whose cpu it is: the call returns to the caller, with the state as the handler leaves it,
 * instead of going on in the original. CBF_INVALID_ARGUMENT: cpu is not that of a tap's call under way, or the call
 * skips the original already. */
CBF_API cbf_status cbf_cpu_skip(cbf_cpu *cpu) CBF_NOEXCEPT;

/* The same: the call goes on at this address instead. CBF_INVALID_ARGUMENT, too, if address is NULL. */
CBF_API cbf_status cbf_cpu_go_on(cbf_cpu *cpu, cbf_function address) CBF_NOEXCEPT;

/* Makes the call return like `ret n` of a convention whose callee pops its arguments: moves the
 * return address up by bytes and RSP with it. Call it at most once, from the handler. */
CBF_API void cbf_cpu_pop(cbf_cpu *cpu, size_t bytes) CBF_NOEXCEPT;

/* The address of the code that the call returns to, as it is now. */
CBF_API uintptr_t cbf_cpu_return_address(const cbf_cpu *cpu) CBF_NOEXCEPT;

/* A copy of a state. */
typedef struct cbf_saved_cpu {
    cbf_cpu cpu;
    cbf_wide wide; /* what cpu.wide pointed at, which it still does */
} cbf_saved_cpu;

/* Copies the live parts of a state, so that cbf_cpu_restore can undo what a handler does to it. Other parts of *to
 * are not written: wide if the frame has none, FPR if the tag word marks all of it empty. */
CBF_API void cbf_cpu_save(const cbf_cpu *cpu, cbf_saved_cpu *to) CBF_NOEXCEPT;

/* Restores cpu to the copied state. Only in the same call. */
CBF_API void cbf_cpu_restore(cbf_cpu *cpu, const cbf_saved_cpu *from) CBF_NOEXCEPT;

/* Where the code of the newest slots came from: slots built into the library's image, further
 * mappings of the library's file, or anonymous pages that were written once and then sealed. */
typedef enum cbf_source { CBF_SOURCE_IMAGE = 0, CBF_SOURCE_FILE = 1, CBF_SOURCE_ANONYMOUS = 2 } cbf_source;

/* live: frames alive. quarantined: freed slots that wait for reuse and trap meanwhile.
 * capacity: slots in all pages. pages: pages of slot code; each has one page of data.
 * source: of the newest pages. bytes: memory of all slot code and data pages, touched or not. */
typedef struct cbf_stats {
    size_t live;
    size_t quarantined;
    size_t capacity;
    size_t pages;
    size_t bytes;
    cbf_source source;
} cbf_stats;

/* Fills *out with the state of the pool. CBF_INVALID_ARGUMENT: out is NULL. CBF_BUSY. */
CBF_API cbf_status cbf_pool_stats(cbf_stats *out) CBF_NOEXCEPT;

/* "image", "file" or "anonymous"; "unknown" for any other value. The text lives forever. */
CBF_API const char *cbf_source_name(cbf_source source) CBF_NOEXCEPT;

/* What cbf_cpu_format writes. Zero-initialised, it means: no flags, rows of 64 bits, 32 rows of stack.
 * flags: 0 none, 1 one line a register, 2 one line a flag with its meaning.
 * dword_xmm, dword_stack: rows of 32 instead of 64 bits.
 * stack_rows: rows of stack from RSP, 0 for the default of 32; -1 for none.
 * color: 1 shows the names of argument registers in colour, with ANSI escapes. */
typedef struct cbf_format_options {
    int flags;
    int dword_xmm;
    int dword_stack;
    int stack_rows;
    int color;
} cbf_format_options;

/* Writes cpu as text into buffer (size bytes, always terminated by a zero byte if size > 0), lines of at most 100
 * columns, and the length of the whole text into *length (the zero byte apart), as snprintf does: call it with size 0
 * to learn it. options may be NULL. Rows of argument registers end with "arg". If an address points at text, or into
 * the program or a library, its row shows that in place of numbers. Memory that is not mapped is never read.
 * CBF_INVALID_ARGUMENT: cpu or length is NULL, or buffer is NULL with size > 0. CBF_NO_MEMORY: no memory for the text.
 */
CBF_API cbf_status cbf_cpu_format(const cbf_cpu *cpu, const cbf_format_options *options, char *buffer, size_t size,
                                  size_t *length) CBF_NOEXCEPT;

/* Writes a call as one line, without a line feed: the time of day (UTC), the thread, name, and the words in which the
 * system's own C passes its first integers and pointers, be there as many or not: in parentheses, those that are the
 * addresses of strings or of something with a name with that. It is a guess, and reads readable memory alone. As
 * cbf_cpu_format else; name may be NULL. */
CBF_API cbf_status cbf_cpu_format_call(const cbf_cpu *cpu, const char *name, char *buffer, size_t size,
                                       size_t *length) CBF_NOEXCEPT;

/* What the text calls the stack pointer, as in "rsp+8". It lives forever. */
CBF_API const char *cbf_stack_pointer_name(void) CBF_NOEXCEPT;

/* Copies size bytes from address in this process to `to`, stops at the first byte that is not readable, and returns
 * how many were copied. address may be any number: nothing faults, no signal is raised. */
CBF_API size_t cbf_copy_readable(uintptr_t address, void *to, size_t size) CBF_NOEXCEPT;

/* The 80-bit x87 number in 10 bytes at from, rounded to double. */
CBF_API double cbf_float80to64(const void *from) CBF_NOEXCEPT;

/* Stores value as an 80-bit x87 number in the 10 bytes at to. Exact. */
CBF_API void cbf_float64to80(double value, void *to) CBF_NOEXCEPT;

/* What a status means, in words, without a final stop. The text lives forever. */
CBF_API const char *cbf_strerror(cbf_status status) CBF_NOEXCEPT;

/* The version of the library at run time, as CBF_VERSION_STRING is at compile time. */
CBF_API const char *cbf_version(void) CBF_NOEXCEPT;
