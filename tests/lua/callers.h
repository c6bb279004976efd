/* What callers.c and callers_arch.c offer to the Lua tests: C without preprocessor directives, read by C and by
 * ffi.cdef. */

typedef struct point {
    double x, y;
} point;

typedef struct span {
    int64_t first, last;
} span;

typedef struct mixed {
    double weight;
    int32_t id;
} mixed;

typedef struct triple {
    float x, y, z;
} triple;

typedef struct letters {
    char text[3];
} letters;

typedef struct box {
    int64_t part[4];
} box;

/* Each calls f with its own constants, or with what it is given, and returns what f returned. */
int64_t call_integers(int64_t (*f)(int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t));
double call_numbers(double (*f)(float, double, float, double, float, double, float, double, float, double));
float call_float(float (*f)(float), float x);
double call_long_double(long double (*f)(long double), double x);
int8_t call_char(int8_t (*f)(int8_t), int8_t x);
void *call_pointer(void *(*f)(void *), void *p);
int call_variadic(int (*f)(const char *, ...));
point call_point(point (*f)(void *, void *, void *, point), point x);
span call_span(span (*f)(span), span x);
mixed call_mixed(mixed (*f)(mixed), mixed x);
triple call_triple(triple (*f)(triple), triple x);
box call_box(box (*f)(box, int64_t), box x, int64_t y);
int64_t call_span_that_does_not_fit(int64_t (*f)(int, int, int, int, int, span, int));

/* How many calls of call_counted went in and came out again. */
extern int begun, ended;
int call_counted(int (*f)(int), int x);

/* f(x), by code without unwind tables. */
int call_without_tables(int (*f)(int), int x);

/* The sum of f(0) ... f(count - 1). */
int64_t call_in_loop(int (*f)(int), int count);

/* f(x) if x is a multiple of period, else x. */
int call_sometimes(int (*f)(int), int x, int period);

/* Calls the three in turn. */
void call_three(void (*first)(void), void (*second)(void), void (*third)(void));

/* f(x), called on a thread of its own that has ended on return. */
int call_on_thread(int (*f)(int), int x);

/* Threads that call, each with its number from 0, and i from 0 to count - 1. started_calls starts them; running_calls
 * says how many have not ended; ended_calls waits until they have, and returns the sum of what f returned. */
typedef struct calls calls;
calls *started_calls(int64_t (*f)(int thread, int i), int threads, int count);
int running_calls(const calls *);
int64_t ended_calls(calls *);

/* The same of one thread that calls with arguments of many kinds, the ninth and later ones on the stack, and structs in
 * memory of its own that is overwritten after each call; and with `...`. */
typedef void (*many_function)(int8_t, double, box, const char *, float, mixed, int64_t, letters, triple, int64_t,
                              double, span);
calls *started_calls_with_many(many_function f, int count);
calls *started_variadic_call(int (*f)(const char *, ...));
calls *started_long_double_call(long double (*f)(long double, box));

/* Loads the CPU from machine, RSP apart, calls f, stores the CPU there again, RSP included. */
void call_with_cpu(void (*f)(void), cbf_cpu *machine);

/* Types of all kinds. */
typedef enum color { RED = 0, GREEN = 5, BLUE = 200 } color;
typedef enum level { LOW = -1, HIGH = 1 } level;
typedef float floats2 __attribute__((vector_size(8)));
typedef float floats4 __attribute__((vector_size(16)));
typedef int64_t longs2 __attribute__((vector_size(16)));
typedef double doubles4 __attribute__((vector_size(32)));

typedef struct flags {
    unsigned low : 3;
    int middle : 7;
    _Bool yes : 1;
    unsigned high : 21;
    int64_t behind;
} flags;

typedef struct gaps {
    uint8_t first : 2;
    unsigned : 3;
    uint16_t second : 9;
    int : 0;
    int third : 4;
    char letter;
} gaps;

typedef struct boundary {
    int number;
    char letter;
    int : 0;
    char last;
} boundary;

typedef struct units {
    unsigned low : 3;
    int middle : 12;
    unsigned high : 17;
    int more : 20;
    int16_t behind;
} units;

typedef struct packed {
    char letter;
    double number;
    int16_t small;
} __attribute__((packed)) packed;

typedef struct partly {
    char letter;
    int32_t number __attribute__((packed));
    char last __attribute__((aligned(4)));
} partly;

typedef struct aligned {
    int32_t x;
} __attribute__((aligned(32))) aligned;

typedef union number {
    double d;
    int32_t i;
    float f[2];
} number;

typedef struct nested {
    struct {
        float x, y;
    } from;
    union {
        int32_t id;
        float weight;
    };
    int8_t tags[4];
} nested;

typedef struct grid {
    number cells[2][2];
    const struct grid *next;
    enum color color;
} grid;

typedef struct holder {
    floats4 values;
    double _Complex z;
} holder;

typedef struct fixed {
    const int32_t x;
    int32_t y;
} fixed;

/* Each calls f with what x points at, and stores what f returned. LuaJIT itself, on Windows x86, expects letters in
 * registers. */
void pass_letters(letters (*f)(letters), const letters *x, letters *result);
void pass_flags(flags (*f)(flags), const flags *x, flags *result);
void pass_gaps(gaps (*f)(gaps), const gaps *x, gaps *result);
void pass_boundary(boundary (*f)(boundary), const boundary *x, boundary *result);
void pass_units(units (*f)(units), const units *x, units *result);
void pass_packed(packed (*f)(packed), const packed *x, packed *result);
void pass_partly(partly (*f)(partly), const partly *x, partly *result);
void pass_aligned(aligned (*f)(aligned), const aligned *x, aligned *result);
void pass_number(number (*f)(number), const number *x, number *result);
void pass_nested(nested (*f)(nested), const nested *x, nested *result);
void pass_grid(grid (*f)(grid), const grid *x, grid *result);
void pass_holder(holder (*f)(holder), const holder *x, holder *result);
void pass_fixed(fixed (*f)(fixed), const fixed *x, fixed *result);
void pass_complex(double _Complex (*f)(double _Complex), const double _Complex *x, double _Complex *result);
void pass_complex_float(float _Complex (*f)(float _Complex), const float _Complex *x, float _Complex *result);
void pass_floats2(floats2 (*f)(floats2), const floats2 *x, floats2 *result);
void pass_floats4(floats4 (*f)(floats4), const floats4 *x, floats4 *result);
void pass_longs2(longs2 (*f)(longs2), const longs2 *x, longs2 *result);

/* The compiler of these callers, as CMake names it. */
const char *compiled_by(void);

/* What the compiler makes of them. */
int size_of_flags(void);
int size_of_gaps(void);
int size_of_boundary(void);

/* The same compiled for AVX; 0 if this CPU lacks it. */
int pass_doubles4(doubles4 (*f)(doubles4), const void *x, void *result); // of LuaJIT's, aligned to 16 only

_Bool call_bool(_Bool (*f)(_Bool), int x);
color call_color(color (*f)(color), int x);
level call_level(level (*f)(level), int x);
uint8_t call_byte(uint8_t (*f)(uint8_t), int x);
int16_t call_short(int16_t (*f)(int16_t), int x);
uint32_t call_unsigned(uint32_t (*f)(uint32_t), uint32_t x);
int64_t call_long(int64_t (*f)(int64_t), int64_t x);
uint64_t call_unsigned_long(uint64_t (*f)(uint64_t), uint64_t x);
double call_double(double (*f)(double), double x);
const char *call_string(const char *(*f)(const char *), const char *x);
int call_returned(int (*(*f)(int))(int), int x);
int call_void(void (*f)(void));

/* Values in all registers and on the stack. */
double call_mixture(double (*f)(int8_t, float, point, span, mixed, box, int64_t, double, triple, uint16_t, letters,
                                float, void *, double, double, double, double, _Bool, point, long double));

/* f(1, 2, ... 60). f: a function of sixty ints. */
int call_sixty(void *f);

/* f(1, 2.5, {3, 4, 5, 6}, 7.5, 8, "abc", 9.5) as Microsoft's compilers call it: for i386 by stdcall. */
box call_by_microsoft(void *f);

/* f("%d %u %s %g %c %lld %p", ...) and so on: more of each kind than there are registers. */
int call_format(int (*f)(char *, size_t, const char *, ...), char *out, size_t size);
int call_with_structs(int (*f)(int, ...));

/* What f, which fails, left in the memory that was full of other bytes: the sum of them. */
int64_t call_box_over_rubbish(box (*f)(box, int64_t));
