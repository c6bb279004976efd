/* The C API as C11 compiles and uses it: every function, every type, no C++ near. */
#include "native.h"

#include <cbframe/cbframe.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* For c_api_test.cpp. */
const char *c11_first_failure(void);
cbf_frame *c11_main_as_frame(void);
cbf_frame *c11_strerror_as_frame(void);
cbf_status c11_frame_new(cbf_frame **out, cbf_handler handler, void *user, int level);
size_t c11_frame_stack_size(int level);
const char *c11_source_name(int source);
const char *c11_strerror(int status);

int main(int argc, char **argv);

/* C++ does not let anyone take the address of main. */
cbf_frame *c11_main_as_frame(void) { return (cbf_frame *)(uintptr_t)main; }

/* Any function that is no slot. */
cbf_frame *c11_strerror_as_frame(void) { return (cbf_frame *)(uintptr_t)cbf_strerror; }

/* Values that are no enumerator: C may pass them, C++ may not even hold them. */
cbf_status c11_frame_new(cbf_frame **out, cbf_handler handler, void *user, int level) {
    return cbf_frame_new(out, handler, user, (cbf_level)level);
}
size_t c11_frame_stack_size(int level) { return cbf_frame_stack_size((cbf_level)level); }
const char *c11_source_name(int source) { return cbf_source_name((cbf_source)source); }
const char *c11_strerror(int status) { return cbf_strerror((cbf_status)status); }

/* int f(int a, int b): a * b + *user */
static void multiply_and_add(cbf_cpu *cpu, void *user) {
    native_return(cpu, (int)native_argument(cpu, 0) * (int)native_argument(cpu, 1) + *(int *)user);
}

static void negate_double(cbf_cpu *cpu, void *user) {
    (void)user;
    native_return_double(cpu, -native_double(cpu));
}

static void pop_nothing(cbf_cpu *cpu, void *user) {
    void *const before = NATIVE_SP(cpu).p;
    cbf_cpu_pop(cpu, 0);
    *(int *)user = NATIVE_SP(cpu).p == before;
}

static void store_text(cbf_cpu *cpu, void *user) {
    size_t *const lengths = user;
    char text[64];
    cbf_format_options options = {0};
    options.stack_rows = -1;
    if (cbf_cpu_format(cpu, &options, text, sizeof text, &lengths[0]) == CBF_OK)
        lengths[1] = strlen(text);
}

#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return #condition;                                                                                         \
    } while (0)

static const char *frames(void) {
    cbf_stats before, during, after;
    cbf_frame *frame = NULL, *all = NULL;
    int user = 2, other_user = 3;
    EXPECT(cbf_pool_stats(&before) == CBF_OK);
    EXPECT(cbf_frame_new(&frame, multiply_and_add, &user, CBF_LEVEL_LEGACY) == CBF_OK);
    EXPECT(cbf_frame_new(&all, negate_double, NULL, CBF_LEVEL_ALL) == CBF_OK);
    EXPECT(cbf_pool_stats(&during) == CBF_OK);
    EXPECT(during.live == before.live + 2);

    cbf_function const address = cbf_frame_address(frame);
    EXPECT((uintptr_t)address == (uintptr_t)frame);
    EXPECT(((int (*)(int, int))address)(4, 10) == 42);
    EXPECT(((double (*)(double))cbf_frame_address(all))(0.125) == -0.125);

    EXPECT(cbf_frame_set(frame, multiply_and_add, &other_user) == CBF_OK);
    EXPECT(((int (*)(int, int))address)(4, 10) == 43);
    EXPECT(cbf_frame_set(frame, pop_nothing, &other_user) == CBF_OK);
    ((void (*)(void))address)();
    EXPECT(other_user == 1);

    EXPECT(cbf_frame_free(frame) == CBF_OK);
    EXPECT(cbf_frame_free(all) == CBF_OK);
    EXPECT(cbf_frame_free(all) == CBF_FREED);
    EXPECT(cbf_pool_stats(&after) == CBF_OK);
    EXPECT(after.live == before.live);
    EXPECT(strcmp(cbf_source_name(after.source), "unknown") != 0);
    EXPECT(cbf_frame_stack_size(CBF_LEVEL_ALL) > cbf_frame_stack_size(CBF_LEVEL_LEGACY));
    return NULL;
}

static const char *format(void) {
    cbf_frame *frame = NULL;
    size_t lengths[2] = {0, 0};
    EXPECT(cbf_frame_new(&frame, store_text, lengths, CBF_LEVEL_LEGACY) == CBF_OK);
    cbf_frame_address(frame)();
    EXPECT(cbf_frame_free(frame) == CBF_OK);
    EXPECT(lengths[0] > 63);
    EXPECT(lengths[1] == 63);
    return NULL;
}

static void undo(cbf_cpu *cpu, void *user) {
    static cbf_saved_cpu saved;
    cbf_cpu_save(cpu, &saved);
    native_return(cpu, 0);
    cbf_cpu_restore(cpu, &saved);
    native_return(cpu, cbf_cpu_return_address(cpu) != 0 && cbf_copy_readable((uintptr_t)user, &saved, 1) == 1);
}

static const char *states(void) {
    cbf_frame *frame = NULL;
    char readable = 1;
    EXPECT(cbf_frame_new(&frame, undo, &readable, CBF_LEVEL_LEGACY) == CBF_OK);
    EXPECT(((int (*)(void))cbf_frame_address(frame))() == 1);
    EXPECT(cbf_frame_free(frame) == CBF_OK);
    EXPECT(strlen(cbf_stack_pointer_name()) > 0);
    return NULL;
}

static const char *numbers(void) {
    unsigned char bytes[10];
    cbf_float64to80(0.1, bytes);
    EXPECT(cbf_float80to64(bytes) == (double)0.1);
    return NULL;
}

static const char *words(void) {
    EXPECT(strcmp(cbf_version(), CBF_VERSION_STRING) == 0);
    EXPECT(strlen(cbf_strerror(CBF_OK)) > 0);
    return NULL;
}

const char *c11_first_failure(void) {
    const char *(*const parts[])(void) = {frames, format, states, numbers, words};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *const failed = parts[i]();
        if (failed != NULL)
            return failed;
    }
    return NULL;
}

_Static_assert(sizeof(cbf_qword) == 8 && sizeof(cbf_dqword) == 16, "registers");
_Static_assert(sizeof(cbf_qqword) == 32 && sizeof(cbf_dqqword) == 64, "wide registers");
_Static_assert(sizeof(cbf_status) == 4 && sizeof(cbf_level) == 4 && sizeof(cbf_source) == 4, "enumerations");
