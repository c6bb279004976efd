// The C side of the Lua tests' calls.
#include <cbframe/cbframe.h>

#include "callers.h"
#include "wide_vectors.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int64_t call_integers(int64_t (*f)(int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t)) {
    return f(-1, 254, -3, 65532, -5, 4294967290, -7, 18446744073709551608u);
}

double call_numbers(double (*f)(float, double, float, double, float, double, float, double, float, double)) {
    return f(0.5f, 1.5, 2.5f, 3.5, 4.5f, 5.5, 6.5f, 7.5, 8.5f, 9.5);
}

float call_float(float (*f)(float), float x) { return f(x); }

double call_long_double(long double (*f)(long double), double x) { return (double)f(x); }

int8_t call_char(int8_t (*f)(int8_t), int8_t x) { return f(x); }

void *call_pointer(void *(*f)(void *), void *p) { return f(p); }

int call_variadic(int (*f)(const char *, ...)) { return f("idsd", 1, 2.5, "three", 4.5); }

point call_point(point (*f)(void *, void *, void *, point), point x) { return f(&f, NULL, &x, x); }

span call_span(span (*f)(span), span x) { return f(x); }

mixed call_mixed(mixed (*f)(mixed), mixed x) { return f(x); }

triple call_triple(triple (*f)(triple), triple x) { return f(x); }

box call_box(box (*f)(box, int64_t), box x, int64_t y) { return f(x, y); }

int64_t call_span_that_does_not_fit(int64_t (*f)(int, int, int, int, int, span, int)) {
    return f(1, 2, 3, 4, 5, (span){6, 7}, 8);
}

int begun, ended;

int call_counted(int (*f)(int), int x) {
    ++begun;
    const int result = f(x);
    ++ended;
    return result;
}

int64_t call_in_loop(int (*f)(int), int count) {
    int64_t sum = 0;
    for (int i = 0; i < count; ++i)
        sum += f(i);
    return sum;
}

int call_sometimes(int (*f)(int), int x, int period) { return x % period == 0 ? f(x) : x; }

void call_three(void (*first)(void), void (*second)(void), void (*third)(void)) {
    first();
    second();
    third();
}

struct call {
    int (*f)(int);
    int x;
};

static void *run(void *argument) {
    struct call *const call = argument;
    call->x = call->f(call->x);
    return NULL;
}

int call_on_thread(int (*f)(int), int x) {
    struct call call = {f, x};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, &call) != 0)
        return -1;
    pthread_join(thread, NULL);
    return call.x;
}

enum { most_threads = 16 };

struct calling {
    struct calls *of;
    int number;
    pthread_t thread;
};

struct calls {
    void *(*body)(void *);
    union {
        int64_t (*numbered)(int, int);
        many_function many;
        int (*variadic)(const char *, ...);
        long double (*long_double)(long double, box);
    } f;
    int threads, count;
    _Atomic int running;
    _Atomic int64_t sum;
    struct calling each[most_threads];
};

static calls *start(calls *of) {
    of->running = of->threads;
    for (int i = 0; i < of->threads; ++i) {
        of->each[i] = (struct calling){.of = of, .number = i};
        if (pthread_create(&of->each[i].thread, NULL, of->body, &of->each[i]) != 0)
            abort();
    }
    return of;
}

static calls *made(void *(*body)(void *), int threads, int count) {
    calls *const of = calloc(1, sizeof(*of));
    if (of == NULL || threads > most_threads)
        abort();
    of->body = body;
    of->threads = threads;
    of->count = count;
    return of;
}

static void *call_numbered(void *argument) {
    const struct calling *const own = argument;
    for (int i = 0; i < own->of->count; ++i)
        own->of->sum += own->of->f.numbered(own->number, i);
    --own->of->running;
    return NULL;
}

calls *started_calls(int64_t (*f)(int, int), int threads, int count) {
    calls *const of = made(call_numbered, threads, count);
    of->f.numbered = f;
    return start(of);
}

static void call_many_once(many_function f, int i) {
    box large = {{i, i + 1, i + 2, i + 3}};
    mixed both = {i + 0.5, i};
    triple three = {(float)i, 2, 3};
    span two = {i, -i};
    const letters text = {"ab"};
    f((int8_t)i, i + 0.25, large, "constant", 0.5f, both, -(int64_t)i, text, three, (int64_t)i << 40, 1.5, two);
    memset(&large, 0xAA, sizeof(large));
    memset(&both, 0xAA, sizeof(both));
    memset(&three, 0xAA, sizeof(three));
    memset(&two, 0xAA, sizeof(two));
}

static void *call_many(void *argument) {
    const struct calling *const own = argument;
    for (int i = 0; i < own->of->count; ++i)
        call_many_once(own->of->f.many, i);
    --own->of->running;
    return NULL;
}

calls *started_calls_with_many(many_function f, int count) {
    calls *const of = made(call_many, 1, count);
    of->f.many = f;
    return start(of);
}

static void *call_variadic_function(void *argument) {
    const struct calling *const own = argument;
    own->of->sum += own->of->f.variadic("idsd", 1, 2.5, "three", 4.5);
    --own->of->running;
    return NULL;
}

calls *started_variadic_call(int (*f)(const char *, ...)) {
    calls *const of = made(call_variadic_function, 1, 1);
    of->f.variadic = f;
    return start(of);
}

static void *call_with_long_double(void *argument) {
    const struct calling *const own = argument;
    const box large = {{5, 6, 7, 8}};
    own->of->sum += (int64_t)own->of->f.long_double(2.5L, large);
    --own->of->running;
    return NULL;
}

calls *started_long_double_call(long double (*f)(long double, box)) {
    calls *const of = made(call_with_long_double, 1, 1);
    of->f.long_double = f;
    return start(of);
}

int running_calls(const calls *of) { return of->running; }

int64_t ended_calls(calls *of) {
    for (int i = 0; i < of->threads; ++i)
        pthread_join(of->each[i].thread, NULL);
    const int64_t sum = of->sum;
    free(of);
    return sum;
}

// callers_arch.S. own: where this thread's FXSAVE state is kept meanwhile; both images are aligned to 16 bytes.
void load_call_store(void (*f)(void), cbf_cpu *machine, void *own);

void call_with_cpu(void (*f)(void), cbf_cpu *machine) {
    _Alignas(16) unsigned char own[512];
    _Alignas(16) cbf_cpu copy = *machine;
    load_call_store(f, &copy, own);
    *machine = copy;
}

#define PASS(TYPE, NAME)                                                                                               \
    void pass_##NAME(TYPE (*f)(TYPE), const TYPE *x, TYPE *result) {                                                   \
        const TYPE returned = f(*x);                                                                                   \
        memcpy(result, &returned, sizeof(returned));                                                                   \
    }

PASS(letters, letters)
PASS(flags, flags)
PASS(gaps, gaps)
PASS(boundary, boundary)
PASS(units, units)
PASS(packed, packed)
PASS(partly, partly)
PASS(aligned, aligned)
PASS(number, number)
PASS(nested, nested)
PASS(grid, grid)
PASS(holder, holder)
PASS(fixed, fixed)
PASS(double _Complex, complex)
PASS(float _Complex, complex_float)
PASS(floats4, floats4)
PASS(longs2, longs2)

const char *compiled_by(void) { return COMPILER; }

int size_of_flags(void) { return (int)sizeof(flags); }
int size_of_gaps(void) { return (int)sizeof(gaps); }
int size_of_boundary(void) { return (int)sizeof(boundary); }

WIDE_VECTOR_CODE static void pass_wide(doubles4 (*f)(doubles4), const void *x, void *result) {
    doubles4 copy;
    memcpy(&copy, x, sizeof(copy));
    const doubles4 returned = f(copy);
    memcpy(result, &returned, sizeof(returned));
}

int pass_doubles4(doubles4 (*f)(doubles4), const void *x, void *result) {
    if (!has_wide_vectors())
        return 0;
    pass_wide(f, x, result);
    return 1;
}

_Bool call_bool(_Bool (*f)(_Bool), int x) { return f(x != 0); }
color call_color(color (*f)(color), int x) { return f((color)x); }
level call_level(level (*f)(level), int x) { return f((level)x); }
uint8_t call_byte(uint8_t (*f)(uint8_t), int x) { return f((uint8_t)x); }
int16_t call_short(int16_t (*f)(int16_t), int x) { return f((int16_t)x); }
uint32_t call_unsigned(uint32_t (*f)(uint32_t), uint32_t x) { return f(x); }
int64_t call_long(int64_t (*f)(int64_t), int64_t x) { return f(x); }
uint64_t call_unsigned_long(uint64_t (*f)(uint64_t), uint64_t x) { return f(x); }
double call_double(double (*f)(double), double x) { return f(x); }
const char *call_string(const char *(*f)(const char *), const char *x) { return f(x); }
int call_returned(int (*(*f)(int))(int), int x) { return f(x)(x); }

int call_void(void (*f)(void)) {
    f();
    return 1;
}

double call_mixture(double (*f)(int8_t, float, point, span, mixed, box, int64_t, double, triple, uint16_t, letters,
                                float, void *, double, double, double, double, _Bool, point, long double)) {
    return f(-1, 2.5f, (point){3, 4}, (span){5, 6}, (mixed){7.5, 8}, (box){{9, 10, 11, 12}}, 13, 14.5,
             (triple){15, 16, 17}, 18, (letters){"abc"}, 19.5f, &begun, 20.5, 21.5, 22.5, 23.5, 1, (point){24, 25},
             26.5L);
}

#define TEN(X)  X, X, X, X, X, X, X, X, X, X
#define FROM(N) N, N + 1, N + 2, N + 3, N + 4, N + 5, N + 6, N + 7, N + 8, N + 9

int call_sixty(void *f) {
    int (*const function)(TEN(int), TEN(int), TEN(int), TEN(int), TEN(int), TEN(int)) =
        (int (*)(TEN(int), TEN(int), TEN(int), TEN(int), TEN(int), TEN(int)))(uintptr_t)f;
    return function(FROM(1), FROM(11), FROM(21), FROM(31), FROM(41), FROM(51));
}

int call_format(int (*f)(char *, size_t, const char *, ...), char *out, size_t size) {
    return f(out, size, "%d %u %s %g %c %lld|%d %d %g %g %g %g %g %g %g %g %s", -1, 2u, "three", 4.5, '5', 6ll, 7, 8,
             9.5, 10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5, "end");
}

int call_with_structs(int (*f)(int, ...)) {
    return f(8, (point){1, 2}, (mixed){3.5, 4}, (span){5, 6}, (box){{7, 8, 9, 10}}, 11.5L, (letters){"xyz"}, &begun,
             (mixed){12.5, 13});
}

int64_t call_box_over_rubbish(box (*f)(box, int64_t)) {
    box rubbish[8];
    memset(rubbish, 0x5A, sizeof(rubbish));
    int64_t sum = 0;
    for (int i = 0; i < 8; ++i) {
        rubbish[i] = f(rubbish[i], i);
        for (int part = 0; part < 4; ++part)
            sum += rubbish[i].part[part];
    }
    return sum;
}
