/* What callers_arch.c adds to callers.h, and read like that. */

typedef int int128 __attribute__((mode(TI)));

void pass_int128(int128 (*f)(int128), const int128 *x, int128 *result);
double call_variadic_by_microsoft(void *f); /* f(3, 1, 2.5, "text", 5) */
