// C that nobody can unwind: the build lets the compiler write no tables for it.
#include <cbframe/cbframe.h>

#include "callers.h"

int call_without_tables(int (*f)(int), int x) {
    volatile int result = f(x); // not by a jump
    return result;
}
