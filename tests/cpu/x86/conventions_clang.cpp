// Callers by conventions that only clang knows. Always compiled by clang; conventions_test.cpp, which
// any compiler compiles, declares these functions again and gives them frames to call.
//
// Compiled three times: how wide vectors are passed depends on what the whole file is compiled for.
#include <immintrin.h>

#include <initializer_list>

#define REGCALL        __attribute__((regcall))
#define VECTORCALL     __attribute__((vectorcall))
#define SWIFTCALL      __attribute__((swiftcall))
#define SWIFTASYNCCALL __attribute__((swiftasynccall))
#define PRESERVE_MOST  __attribute__((preserve_most))
#define PRESERVE_ALL   __attribute__((preserve_all))
#define MS_ABI         __attribute__((ms_abi))

namespace conventions {

namespace {

template <class Function>
Function *as(const void *function) {
    return reinterpret_cast<Function *>(const_cast<void *>(function));
}

} // namespace

#if defined(__AVX512F__)

void regcall_vectors_of_512_bits(const void *function, const float *v, float *result) {
    using type = REGCALL __m512(__m512, double, __m512);
    _mm512_storeu_ps(result, as<type>(function)(_mm512_loadu_ps(v), 1.5, _mm512_loadu_ps(v + 16)));
}

#elif defined(__AVX__)

void regcall_vectors_of_256_bits(const void *function, const float *v, float *result) {
    using type = REGCALL __m256(__m256, double, __m256);
    _mm256_storeu_ps(result, as<type>(function)(_mm256_loadu_ps(v), 1.5, _mm256_loadu_ps(v + 8)));
}

#else

namespace {

struct pair {
    long first, second;
};
struct mixed {
    int number;
    double wide;
    float narrow;
};
struct five {
    long values[5];
};
struct four_longs {
    long a, b, c, d;
};
struct four_doubles {
    double a, b, c, d;
};
struct four_vectors {
    __m128 a, b, c, d;
};

// Hides from the compiler what a value is, so that it has to keep it.
void hide(long &value) { asm volatile("" : "+r"(value)); }
void hide(double &value) { asm volatile("" : "+x"(value)); }

} // namespace

// ---- regcall --------------------------------------------------------------------------------------

long regcall_integers(const void *function, const long *v) {
    using type = REGCALL long(long, long, long, long, long, long, long, long, long, long, long, long, long);
    return as<type>(function)(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12]);
}

double regcall_doubles(const void *function, const double *v) {
    using type = REGCALL double(double, float, double, double, double, double, double, double, double, double, double,
                                double, double, double, double, double, double);
    return as<type>(function)(v[0], static_cast<float>(v[1]), v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10],
                              v[11], v[12], v[13], v[14], v[15], v[16]);
}

void regcall_structs(const void *function, const long *longs, const double *doubles, long *result) {
    using type = REGCALL five(pair, mixed, five);
    const mixed between = {static_cast<int>(longs[2]), doubles[0], static_cast<float>(doubles[1])};
    const five got =
        as<type>(function)({longs[0], longs[1]}, between, {{longs[3], longs[4], longs[5], longs[6], longs[7]}});
    for (int n = 0; n < 5; ++n)
        result[n] = got.values[n];
}

void regcall_vectors(const void *function, const float *v, float *result) {
    using type = REGCALL four_vectors(four_vectors, __m128);
    const four_vectors got = as<type>(function)(
        {_mm_loadu_ps(v), _mm_loadu_ps(v + 4), _mm_loadu_ps(v + 8), _mm_loadu_ps(v + 12)}, _mm_loadu_ps(v + 16));
    _mm_storeu_ps(result, got.a);
    _mm_storeu_ps(result + 4, got.b);
    _mm_storeu_ps(result + 8, got.c);
    _mm_storeu_ps(result + 12, got.d);
}

// ---- vectorcall -----------------------------------------------------------------------------------

long vectorcall_integers(const void *function, const long *v, double wide) {
    using type = VECTORCALL long(long, long, long, long, long, double);
    return as<type>(function)(v[0], v[1], v[2], v[3], v[4], wide);
}

void vectorcall_vectors(const void *function, const float *v, int number, double wide, float *result) {
    using type = VECTORCALL __m128(__m128, int, __m128, double, __m128, __m128);
    _mm_storeu_ps(result, as<type>(function)(_mm_loadu_ps(v), number, _mm_loadu_ps(v + 4), wide, _mm_loadu_ps(v + 8),
                                             _mm_loadu_ps(v + 12)));
}

// ---- swiftcall ------------------------------------------------------------------------------------

void swiftcall_longs(const void *function, const long *v, long *result) {
    using type = SWIFTCALL four_longs(long, pair, long);
    const four_longs got = as<type>(function)(v[0], {v[1], v[2]}, v[3]);
    result[0] = got.a;
    result[1] = got.b;
    result[2] = got.c;
    result[3] = got.d;
}

void swiftcall_doubles(const void *function, const double *v, double *result) {
    using type = SWIFTCALL four_doubles(four_doubles, mixed);
    const four_doubles got =
        as<type>(function)({v[0], v[1], v[2], v[3]}, {static_cast<int>(v[4]), v[5], static_cast<float>(v[6])});
    result[0] = got.a;
    result[1] = got.b;
    result[2] = got.c;
    result[3] = got.d;
}

// Never defined: parameters may have these attributes in a declaration of a function only.
SWIFTCALL long throwing(long, __attribute__((swift_context)) void *, __attribute__((swift_error_result)) void **);
SWIFTASYNCCALL void resuming(long, long, long, long, long, long, long, long, long, long,
                             __attribute__((swift_async_context)) void *);

long swiftcall_context(const void *function, long value, void *context, void **error) {
    void *thrown = nullptr;
    const long result = as<decltype(throwing)>(function)(value, context, &thrown);
    *error = thrown;
    return result;
}

/// The callee pops the four arguments on the stack.
void swiftasynccall(const void *function, const long *v, void *context) {
    as<decltype(resuming)>(function)(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], context);
}

// ---- preserve_most, preserve_all ------------------------------------------------------------------

/// Ten values that live in registers across a call; afterwards they go to *after.
long preserve_most(const void *function, const long *v, long *after) {
    using type = PRESERVE_MOST long(long, long);
    long a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7], i = v[8], j = v[9];
    for (long *const each : {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j})
        hide(*each);
    const long result = as<type>(function)(v[10], v[11]);
    for (long *const each : {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j})
        hide(*each);
    for (const long each : {a, b, c, d, e, f, g, h, i, j})
        *after++ = each;
    return result;
}

double preserve_all(const void *function, const double *v, double *after) {
    using type = PRESERVE_ALL double(double);
    double a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7], i = v[8], j = v[9];
    for (double *const each : {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j})
        hide(*each);
    const double result = as<type>(function)(v[10]);
    for (double *const each : {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j})
        hide(*each);
    for (const double each : {a, b, c, d, e, f, g, h, i, j})
        *after++ = each;
    return result;
}

// ---- ms_abi ---------------------------------------------------------------------------------------

void ms_abi_structs(const void *function, const long *longs, const double *doubles, const float *vector, long *result) {
    using type = MS_ABI pair(pair, int, double, float, __m128);
    const pair got = as<type>(function)({longs[0], longs[1]}, static_cast<int>(longs[2]), doubles[0],
                                        static_cast<float>(doubles[1]), _mm_loadu_ps(vector));
    result[0] = got.first;
    result[1] = got.second;
}

/// Ten values that live across a call in XMM6-15.
void ms_abi_keeps_doubles(const void *function, const double *v, double *after) {
    using type = MS_ABI void();
    double a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6], h = v[7], i = v[8], j = v[9];
    for (double *const each : {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j})
        hide(*each);
    as<type>(function)();
    for (double *const each : {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j})
        hide(*each);
    for (const double each : {a, b, c, d, e, f, g, h, i, j})
        *after++ = each;
}

/// Seven values that live across a call and need RSI and RDI.
void ms_abi_keeps_longs(const void *function, const long *v, long *after) {
    using type = MS_ABI void();
    long a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5], g = v[6];
    for (long *const each : {&a, &b, &c, &d, &e, &f, &g})
        hide(*each);
    as<type>(function)();
    for (long *const each : {&a, &b, &c, &d, &e, &f, &g})
        hide(*each);
    for (const long each : {a, b, c, d, e, f, g})
        *after++ = each;
}

#endif

} // namespace conventions
