/* Function declarations of every shape, for clang_ast_test.lua. */

/* How lines are broken is part of the test. */
/* clang-format off */
#include <stdbool.h>
#include "included.h"

int plain(int, double);
int no_prototype();
void variadic(const char *format, ...) __attribute__((format(printf, 1, 2)));
void (*returns_function_pointer(int number))(int, void (*)(float));
int (*returns_array_pointer(void))[3];
int first_of_two(void), second_of_two(char);
int
spread_over
  (
    unsigned long long a,
    const char *restrict const *b
  );

typedef bool predicate(const void *, const void *);
predicate through_a_typedef;
int array_parameters(int a[static 2], const char b[][3], volatile long c[]);
struct pair { double x, y; };
struct pair struct_by_value(struct pair, union { int i; float f; } *unnamed);
enum colour { red, green };
enum colour enumeration(enum colour);
_Complex double complex_number(_Complex float);
__int128 wide_integer(unsigned __int128);
typedef float vector __attribute__((vector_size(16)));
vector vector_of_four(vector);
_Noreturn void never_returns(void);
int renamed(void) __asm__("another_name");
extern int printf(const char *, ...); /* clang has an implicit declaration of its own of this one */

int plain(int again, double declared);

static inline int with_a_body(int a) {
    extern int inside_a_body(int);
    int also_inside(void);
    return inside_a_body(a) + also_inside();
}

#define DECLARE(type, name) type name(type)
DECLARE(int, named_by_argument);
#define PASTE(a, b) int a##_##b(void)
PASTE(named_by,
      pasting);
#define NAME named_by_macro
int NAME(void);
INCLUDED_MACRO(named_by_included_macro);

#ifdef EXTRA
int conditional(void);
#else
int other_branch(void);
#endif

#line 1000 "somewhere_else.y"
int after_a_line_directive(void);
#include "included.h"
int last(void);
