/* What callers_arch.c adds to callers.h, and read like that. */

/* f(1, 2.5, 3, "abc", 4) by fastcall. f: int (int, double, int, letters, int). */
int call_by_fastcall(void *f);

/* f(x), x being in EAX. */
int call_by_regparm(void *f, int x);

/* The sum of f(i, 1) for i below count, in one loop, by stdcall. */
int call_stdcall_in_loop(void *f, int count);
