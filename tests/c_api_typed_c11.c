/* Types, signatures, layouts and closures as C11 compiles and uses them: no C++ near. */
#include <cbframe/cbframe.h>

#include <complex.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* For c_api_typed_test.cpp. */
const char *c11_typed_first_failure(void);
const cbf_type *c11_type_basic(int kind);

/* A value that is no enumerator: C may pass it, C++ may not even hold it. */
const cbf_type *c11_type_basic(int kind) { return cbf_type_basic((cbf_kind)kind); }

#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return #condition;                                                                                         \
    } while (0)

typedef struct point {
    double x, y;
} point;

typedef struct large {
    point corners[4];
    char name[5];
    unsigned level : 3;
    int last[];
} large;

/* Whether the lowest bit of large.level is there. */
static int is_level(const cbf_field_place *place) {
    large one;
    memset(&one, 0, sizeof(one));
    one.level = 1;
    return ((const unsigned char *)&one)[place->offset] == 1u << place->bit;
}

/* point scale(point p, int by) */
static void scale(cbf_arguments *args, void *user) {
    const point *const p = cbf_argument(args, 0);
    const int *const by = cbf_argument(args, 1);
    *(point *)cbf_result(args) = (point){p->x * *by, p->y * *by};
    *(int *)user += cbf_return_address(args) != 0;
}

/* int print(char *buffer, size_t size, const char *format, ...) */
static void print(cbf_arguments *args, void *user) {
    (void)user;
    *(int *)cbf_result(args) = vsnprintf(*(char **)cbf_argument(args, 0), *(size_t *)cbf_argument(args, 1),
                                         *(char **)cbf_argument(args, 2), *(va_list *)cbf_argument_list(args));
}

/* double sum(int count, ...) */
static void sum(cbf_arguments *args, void *user) {
    double *const result = cbf_result(args);
    for (int i = *(int *)cbf_argument(args, 0); i > 0; i--)
        *result += *(double *)cbf_next_argument(args, user);
}

/* double _Complex conjugate(double _Complex) */
static void conjugate(cbf_arguments *args, void *user) {
    (void)user;
    *(double _Complex *)cbf_result(args) = conj(*(double _Complex *)cbf_argument(args, 0));
}

/* large keep(large) */
static void keep(cbf_arguments *args, void *user) {
    (void)user;
    memcpy(cbf_result(args), cbf_argument(args, 0), cbf_result_size(args));
}

static const char *structures(void) {
    const cbf_type *const number = cbf_type_basic(CBF_KIND_DOUBLE);
    const cbf_field fields[] = {{.name = "x", .type = number}, {.name = "y", .type = number}};
    const cbf_type *pair = NULL;
    EXPECT(cbf_type_structure(&pair, "point", fields, 2, NULL) == CBF_OK);
    size_t size = 0;
    EXPECT(cbf_type_size(pair, &size) == CBF_OK && size == sizeof(point));

    const cbf_type *const parameters[] = {pair, cbf_type_basic(CBF_KIND_INT)};
    cbf_signature *signature = NULL;
    EXPECT(cbf_signature_new(&signature, pair, parameters, 2, 0, cbf_convention_native()) == CBF_OK);
    cbf_type_free(pair);
    cbf_closure *closure = NULL;
    int calls = 0;
    EXPECT(cbf_closure_new(&closure, signature, scale, &calls) == CBF_OK);
    cbf_signature_free(signature);

    point (*const function)(point, int) = (point(*)(point, int))cbf_closure_address(closure);
    const point scaled = function((point){1.5, -2}, 3);
    EXPECT(scaled.x == 4.5 && scaled.y == -6 && calls == 1);
    EXPECT(cbf_closure_free(closure) == CBF_OK);
    EXPECT(cbf_closure_free(closure) == CBF_FREED);
    return NULL;
}

static const char *large_structures(void) {
    const cbf_type *pair, *corners, *name, *last, *all;
    const cbf_type *const number = cbf_type_basic(CBF_KIND_DOUBLE);
    const cbf_field pair_fields[] = {{.name = "x", .type = number}, {.name = "y", .type = number}};
    EXPECT(cbf_type_structure(&pair, NULL, pair_fields, 2, NULL) == CBF_OK);
    EXPECT(cbf_type_array(&corners, pair, 4) == CBF_OK);
    EXPECT(cbf_type_array(&name, cbf_type_basic(CBF_KIND_CHAR), 5) == CBF_OK);
    EXPECT(cbf_type_flexible_array(&last, cbf_type_basic(CBF_KIND_INT)) == CBF_OK);
    const cbf_field fields[] = {{.name = "corners", .type = corners},
                                {.name = "name", .type = name},
                                {.name = "level", .type = cbf_type_basic(CBF_KIND_UNSIGNED_INT), .bits = 3},
                                {.name = "last", .type = last}};
    EXPECT(cbf_type_structure(&all, "large", fields, 4, NULL) == CBF_OK);
    size_t size = 0, alignment = 0;
    cbf_field_place place;
    EXPECT(cbf_type_size(all, &size) == CBF_OK && size == sizeof(large));
    EXPECT(cbf_type_alignment(all, &alignment) == CBF_OK && alignment == _Alignof(large));
    EXPECT(cbf_type_field(all, 1, &place) == CBF_OK && place.offset == offsetof(large, name) && place.bits == 0);
    EXPECT(cbf_type_field(all, 2, &place) == CBF_OK && is_level(&place) && place.bits == 3);
    EXPECT(cbf_type_field(all, 3, &place) == CBF_OK && place.offset == offsetof(large, last));

    cbf_signature *signature = NULL;
    cbf_closure *closure = NULL;
    EXPECT(cbf_signature_new(&signature, all, &all, 1, 0, cbf_convention_native()) == CBF_OK);
    EXPECT(cbf_closure_new(&closure, signature, keep, NULL) == CBF_OK);
    const large given = {.corners = {{1, 2}, {3, 4}, {5, 6}, {7, 8}}, .name = "name", .level = 5};
    const large kept = ((large(*)(large))cbf_closure_address(closure))(given);
    EXPECT(memcmp(given.corners, kept.corners, sizeof given.corners) == 0 && strcmp(kept.name, "name") == 0);
    EXPECT(kept.level == 5);
    EXPECT(cbf_closure_free(closure) == CBF_OK);
    cbf_signature_free(signature);
    const cbf_type *const types[] = {pair, corners, name, last, all};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        cbf_type_free(types[i]);
    return NULL;
}

static const char *variadic(void) {
    const cbf_type *text = NULL;
    EXPECT(cbf_type_pointer(&text, cbf_type_basic(CBF_KIND_CHAR)) == CBF_OK);
    const cbf_type *const parameters[] = {text, cbf_type_basic(CBF_KIND_UNSIGNED_LONG), text};
    cbf_signature *signature = NULL;
    cbf_closure *closure = NULL;
    EXPECT(cbf_signature_new(&signature, cbf_type_basic(CBF_KIND_INT), parameters, 3, 1, cbf_convention_native()) ==
           CBF_OK);
    EXPECT(cbf_closure_new(&closure, signature, print, NULL) == CBF_OK);
    char buffer[64];
    int (*const function)(char *, size_t, const char *, ...) =
        (int (*)(char *, size_t, const char *, ...))cbf_closure_address(closure);
    EXPECT(function(buffer, sizeof buffer, "%d %s %g %c %ld %g", 1, "two", 3.0, '4', 5L, 6.5) == 15);
    EXPECT(strcmp(buffer, "1 two 3 4 5 6.5") == 0);
    EXPECT(cbf_closure_free(closure) == CBF_OK);
    cbf_signature_free(signature);
    cbf_type_free(text);

    const cbf_type *const count = cbf_type_basic(CBF_KIND_INT), *const number = cbf_type_basic(CBF_KIND_DOUBLE);
    EXPECT(cbf_signature_new(&signature, number, &count, 1, 1, cbf_convention_native()) == CBF_OK);
    EXPECT(cbf_closure_new(&closure, signature, sum, (void *)(uintptr_t)number) == CBF_OK);
    double (*const adds)(int, ...) = (double (*)(int, ...))cbf_closure_address(closure);
    EXPECT(adds(0) == 0);
    EXPECT(adds(3, 1.0, 2.0, 3.0) == 6);
    EXPECT(adds(10, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0) == 55);
    EXPECT(cbf_closure_free(closure) == CBF_OK);
    cbf_signature_free(signature);
    return NULL;
}

static const char *complex_numbers(void) {
    const cbf_type *number = NULL;
    EXPECT(cbf_type_complex(&number, cbf_type_basic(CBF_KIND_DOUBLE)) == CBF_OK);
    cbf_signature *signature = NULL;
    cbf_closure *closure = NULL;
    EXPECT(cbf_signature_new(&signature, number, &number, 1, 0, cbf_convention_native()) == CBF_OK);
    EXPECT(cbf_closure_new(&closure, signature, conjugate, NULL) == CBF_OK);
    const double _Complex result = ((double _Complex (*)(double _Complex))cbf_closure_address(closure))(1.0 + 2.0 * I);
    EXPECT(creal(result) == 1 && cimag(result) == -2);
    EXPECT(cbf_closure_free(closure) == CBF_OK);
    cbf_signature_free(signature);
    cbf_type_free(number);
    return NULL;
}

static const char *layouts(void) {
    const cbf_type *const parameters[] = {cbf_type_basic(CBF_KIND_CHAR), cbf_type_basic(CBF_KIND_DOUBLE)};
    cbf_signature *signature = NULL;
    const cbf_layout *layout = NULL;
    EXPECT(cbf_signature_new(&signature, NULL, parameters, 2, 0, cbf_convention_find("sysv_x64")) == CBF_OK);
    EXPECT(cbf_layout_new(&layout, signature, NULL, 0) == CBF_OK);
    cbf_signature_free(signature);
    EXPECT(strcmp(layout->convention, "sysv_x64") == 0);
    EXPECT(layout->count == 2 && layout->named == 2);
    EXPECT(strcmp(layout->arguments[0].pieces[0].in, "RDI") == 0);
    EXPECT(layout->arguments[0].pieces[0].extends == CBF_EXTENSION_SIGN);
    EXPECT(strcmp(layout->arguments[1].pieces[0].in, "XMM0") == 0);
    EXPECT(layout->result.size == 0 && layout->result.piece_count == 0);
    cbf_cpu cpu = {0};
    double second = 1;
    const int is_there = cbf_piece_read(&layout->arguments[1].pieces[0], &cpu, &second);
    EXPECT(second == (is_there ? 0 : 1)); /* other CPUs have no XMM0 */
    size_t length = 0;
    EXPECT(cbf_layout_format(layout, NULL, 0, &length) == CBF_OK && length > 0);
    cbf_layout_free(layout);
    return NULL;
}

const char *c11_typed_first_failure(void) {
    const char *(*const parts[])(void) = {structures, large_structures, variadic, complex_numbers, layouts};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *const failed = parts[i]();
        if (failed != NULL)
            return failed;
    }
    return NULL;
}

_Static_assert(sizeof(cbf_kind) == 4 && sizeof(cbf_base) == 4 && sizeof(cbf_extension) == 4, "enumerations");
_Static_assert(sizeof(cbf_place) == 8 + sizeof(size_t), "as LuaJIT lays it out");
