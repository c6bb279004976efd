// What only the C of i386 has: other conventions.
#include <cbframe/cbframe.h>

#include "callers.h"
#include "callers_arch.h"

// In MM0, both ways: what has used it must make it an x87 register again.
void pass_floats2(floats2 (*f)(floats2), const floats2 *x, floats2 *result) {
    *result = f(*x);
    __builtin_ia32_emms();
}

box call_by_microsoft(void *f) {
    typedef box __attribute__((stdcall)) function(int64_t, double, box, float, int64_t, letters, double);
    return ((function *)(uintptr_t)f)(1, 2.5, (box){{3, 4, 5, 6}}, 7.5f, 8, (letters){"abc"}, 9.5);
}

int call_by_fastcall(void *f) {
    typedef int __attribute__((fastcall)) function(int, double, int, letters, int);
    return ((function *)(uintptr_t)f)(1, 2.5, 3, (letters){"abc"}, 4);
}

int call_by_regparm(void *f, int x) {
    typedef int __attribute__((regparm(1))) function(int);
    return ((function *)(uintptr_t)f)(x);
}

int call_stdcall_in_loop(void *f, int count) {
    typedef int __attribute__((stdcall)) function(int, int);
    int sum = 0;
    for (int i = 0; i < count; ++i)
        sum += ((function *)(uintptr_t)f)(i, 1);
    return sum;
}
