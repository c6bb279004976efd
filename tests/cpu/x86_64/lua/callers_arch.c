// What only the C of x86-64 has.
#include <cbframe/cbframe.h>

#include "callers.h"
#include "callers_arch.h"

#include <string.h>

void pass_int128(int128 (*f)(int128), const int128 *x, int128 *result) {
    const int128 returned = f(*x);
    memcpy(result, &returned, sizeof(returned));
}

void pass_floats2(floats2 (*f)(floats2), const floats2 *x, floats2 *result) { *result = f(*x); }

box call_by_microsoft(void *f) {
    typedef box __attribute__((ms_abi)) function(int64_t, double, box, float, int64_t, letters, double);
    return ((function *)(uintptr_t)f)(1, 2.5, (box){{3, 4, 5, 6}}, 7.5f, 8, (letters){"abc"}, 9.5);
}

double call_variadic_by_microsoft(void *f) {
    typedef double __attribute__((ms_abi)) function(int, ...);
    return ((function *)(uintptr_t)f)(3, 1, 2.5, "text", 5);
}
