/* What the C++ headers, whose code is inlined into their users, need of the library beneath cbframe.h: how typed slots
 * lead to code, and where a call lies. Not for other users. C, so that one built library serves all compilers, C++
 * libraries and settings. Version 1: a function says so in its name, and a change of what is here gives it another one,
 * so that headers and library that do not fit are never linked.
 */
#ifndef CBFRAME_DETAIL_CALL_H
#define CBFRAME_DETAIL_CALL_H

#include <cbframe/cbframe.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* ---------------------------------------------------------------- a call */

/* Where an argument or the result is while a call is under way. What a base is, cbf_base says. */
typedef struct cbf_v1_place {
    int32_t offset;
    uint32_t base;
    uint32_t size;
} cbf_v1_place;

/* What is known of a signature before any call, so that a call interprets nothing. Immutable, and counted. */
typedef struct cbf_v1_plan {
    const cbf_v1_place *places; /* of the named arguments */
    uint32_t count;
    uint32_t loads;  /* LOAD_ number for the entry, and on i386 what it pops */
    uint32_t room;   /* bytes that cbf_v1_call_begin needs */
    uint8_t simple;  /* 1: neither cbf_v1_call_begin nor cbf_v1_call_end has anything to do */
    uint8_t finish;  /* what cbf_v1_call_end does; 0: nothing */
    uint8_t scatter; /* 1: it reads the plan for that */
    cbf_v1_place result;
    void (*entry)(void); /* where the slots of the signature lead to */
} cbf_v1_plan;

/* One call: lies on the stack, filled by the entry. See src/arch/.../typed.S. */
typedef struct cbf_v1_call {
    const cbf_v1_plan *plan;
    unsigned char *stack;                        /* the return address, and what the caller put above */
    unsigned char list[48 - 2 * sizeof(void *)]; /* a va_list, and what cbf_next_argument needs beside it */
    unsigned char general[16];
    unsigned char vector[64];
} cbf_v1_call;

/* What a typed slot leads to. The entry calls or jumps to the first word. */
typedef struct cbf_v1_object {
    void (*code)(void);
    void (*let_go)(struct cbf_v1_object *, void *slot); /* of the owner; slot: NULL if none has led here */
} cbf_v1_object;

/* That of a closure, whose code is an unsigned (cbf_v1_call *, cbf_v1_closure *). It owns its plan. */
typedef struct cbf_v1_closure {
    cbf_v1_object object;
    const cbf_v1_plan *plan;
} cbf_v1_closure;

/* What a typed slot finds at a fixed distance: R11 of x86-64, EAX of i386 point at it. */
typedef struct cbf_v1_record {
    void (*code)(void);
    cbf_v1_object *object;
} cbf_v1_record;

/* room: as many bytes as the plan says, until the handler has returned. */
CBF_API void cbf_v1_call_begin(cbf_v1_call *call, const cbf_v1_plan *plan, void *room) CBF_NOEXCEPT;

/* finish: of the plan. */
CBF_API void cbf_v1_call_end(cbf_v1_call *call, unsigned finish) CBF_NOEXCEPT;

/* Goes on with a call that found a closure which nobody uses any more: with that which its slot leads to now. */
CBF_API unsigned cbf_v1_call_again(cbf_v1_call *call, const void *slot);

/* The same of a frame, whose record this is, or of a tap. */
CBF_API void cbf_v1_frame_call_again(cbf_cpu *cpu, const void *record);

/* ---------------------------------------------------------------- plans and slots */

/* The plan of a signature, which lives as long; NULL and a reason for cbf_error_detail if closures of this CPU cannot
 * be called by its convention. */
CBF_API const cbf_v1_plan *cbf_v1_signature_plan(const cbf_signature *signature) CBF_NOEXCEPT;

/* As cbf_signature_new, by a convention that this CPU can be called by, with sizes of any data model. */
CBF_API cbf_status cbf_v1_signature_new(cbf_signature **out, const cbf_type *result, const cbf_type *const *parameters,
                                        size_t count, int variadic, const cbf_convention *convention,
                                        const cbf_data_model *sizes) CBF_NOEXCEPT;

/* One owner more, and one less. */
CBF_API const cbf_v1_plan *cbf_v1_plan_share(const cbf_v1_plan *plan) CBF_NOEXCEPT;
CBF_API void cbf_v1_plan_free(const cbf_v1_plan *plan) CBF_NOEXCEPT;

/* What decides how a file passes SIMD vectors. */
typedef struct cbf_v1_vectors {
    uint32_t widest;    /* bytes; see cbf_data_model */
    uint32_t irregular; /* 1: passes what is wider, and more on i386, by rules of the compiler's own */
} cbf_v1_vectors;

/* The system's own convention as such a file's compiler has it. Layouts by it are refused for what the compiler passes
 * by rules of its own (docs/abi-disputes.md). Lives forever. */
CBF_API const cbf_convention *cbf_v1_compiled_convention(cbf_v1_vectors vectors) CBF_NOEXCEPT;

/* How a call of one C++ signature gets to its callback. */
typedef struct cbf_v1_route {
    void (*entry)(void);
    const cbf_v1_plan *plan; /* of a closure, the caller's; NULL: the entry adds the object to the arguments */
} cbf_v1_route;

/* Finds the route of a function type. Fails as cbf_signature_new does. */
CBF_API cbf_status cbf_v1_route_find(cbf_v1_route *out, const cbf_type *result, const cbf_type *const *parameters,
                                     size_t count, const cbf_convention *convention,
                                     cbf_v1_vectors vectors) CBF_NOEXCEPT;

/* Take a typed slot, and the slot of a frame. NULL: *why says what cbf_frame_new would answer; else *why is unchanged.
 * The answer is in a register, as it is awaited at once. */
CBF_API void *cbf_v1_slot_take(void (*code)(void), void *object, cbf_status *why) CBF_NOEXCEPT;
CBF_API cbf_frame *cbf_v1_frame_take(cbf_handler handler, void *user, cbf_level level, cbf_status *why) CBF_NOEXCEPT;

/* Change and free a typed slot. CBF_NOT_A_SLOT, CBF_FREED, CBF_BUSY. */
CBF_API cbf_status cbf_v1_slot_set(void *slot, void (*code)(void), void *object) CBF_NOEXCEPT;
CBF_API cbf_status cbf_v1_slot_give(void *slot) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- memory */

/* Memory for an object that a slot leads to, from C++'s operator new; NULL if there is none. */
CBF_API void *cbf_v1_allocate(size_t size, size_t alignment) CBF_NOEXCEPT;

/* Gives memory back that no call has ever found. */
CBF_API void cbf_v1_deallocate(void *memory, size_t alignment) CBF_NOEXCEPT;

/* Gives memory back when so much more has been retired as there are slots in quarantine: a call may have found it, and
 * not yet begun to use it. Until then nothing in it changes. */
CBF_API void cbf_v1_retire(void *memory, size_t alignment) CBF_NOEXCEPT;

/* The same of a closure, whose plan lasts as long. */
CBF_API void cbf_v1_retire_closure(cbf_v1_closure *closure, size_t alignment) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- errors and descriptions */

/* Keeps the words for cbf_error_detail, and answers the status: how a header fails. */
CBF_API cbf_status cbf_v1_fail(cbf_status status, const char *words) CBF_NOEXCEPT;

/* The same with words that say which argument of how many there is not, or of what size an argument is (index -1: the
 * result) that is asked for as another. */
CBF_API void cbf_v1_no_such_argument(size_t index, size_t count) CBF_NOEXCEPT;
CBF_API void cbf_v1_not_of_size(ptrdiff_t index, size_t size, size_t expected) CBF_NOEXCEPT;

/* Prints the words and aborts: how C++ without exceptions fails. Async-signal-safe. */
CBF_API void cbf_v1_die(const char *words) CBF_NOEXCEPT;

/* Prints the words with a slot between them and aborts: how the module of LuaJIT fails where no Lua may run.
 * Async-signal-safe. */
CBF_API void cbf_v1_die_at(const char *before, const void *slot, const char *after) CBF_NOEXCEPT;

/* CBF_INVALID_ARGUMENT, and cbf_error_detail names the class, unless a class has the size and alignment of the type
 * that describes it. words: __PRETTY_FUNCTION__ of a template of T. */
CBF_API cbf_status cbf_v1_check_description(const cbf_type *type, size_t size, size_t alignment,
                                            const char *words) CBF_NOEXCEPT;

#if defined(__cplusplus)
}
#endif

#endif
