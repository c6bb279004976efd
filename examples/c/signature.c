/* Makes a function pointer whose signature is read at run time.
 * usage: signature 'int(int, double, point)'
 *
 * Prints where a caller puts each argument. If some code below was compiled to call this signature, it is given the
 * pointer: one handler for all signatures prints what it got and returns the sum of all numbers. */
#include <cbframe/cbframe.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct point {
    double x, y;
} point;

static void check(cbf_status status) {
    if (status != CBF_OK) {
        fprintf(stderr, "signature: %s\n", cbf_error_detail());
        exit(EXIT_FAILURE);
    }
}

static const cbf_type *make_point(void) {
    const cbf_type *const number = cbf_type_basic(CBF_KIND_DOUBLE), *made;
    const cbf_field fields[] = {{.name = "x", .type = number}, {.name = "y", .type = number}};
    check(cbf_type_structure(&made, "point", fields, 2, NULL));
    return made;
}

/* ---------------------------------------------------------------- the handler */

/* Prints a value of any type. Returns the number that it is, 0 for others. */
static double print_value(const cbf_type *type, const void *value) {
    double number = 0;
    switch (cbf_type_kind(type)) {
    case CBF_KIND_CHAR:
        number = *(const char *)value;
        break;
    case CBF_KIND_SHORT:
        number = *(const short *)value;
        break;
    case CBF_KIND_INT:
        number = *(const int *)value;
        break;
    case CBF_KIND_LONG:
        number = (double)*(const long *)value;
        break;
    case CBF_KIND_FLOAT:
        number = (double)*(const float *)value;
        break;
    case CBF_KIND_DOUBLE:
        number = *(const double *)value;
        break;
    case CBF_KIND_STRUCTURE:
        printf("{%g, %g}\n", ((const point *)value)->x, ((const point *)value)->y);
        return ((const point *)value)->x + ((const point *)value)->y;
    default:
        printf("%p\n", *(void *const *)value);
        return 0;
    }
    printf("%g\n", number);
    return number;
}

static void store_number(const cbf_type *type, double number, void *to) {
    switch (cbf_type_kind(type)) {
    case CBF_KIND_CHAR:
        *(char *)to = (char)number;
        break;
    case CBF_KIND_SHORT:
        *(short *)to = (short)number;
        break;
    case CBF_KIND_INT:
        *(int *)to = (int)number;
        break;
    case CBF_KIND_LONG:
        *(long *)to = (long)number;
        break;
    case CBF_KIND_FLOAT:
        *(float *)to = (float)number;
        break;
    case CBF_KIND_DOUBLE:
        *(double *)to = number;
        break;
    case CBF_KIND_STRUCTURE:
        *(point *)to = (point){number, number};
        break;
    default: /* void, and a null pointer: the result is zero already */
        break;
    }
}

static void report(cbf_arguments *args, void *user) {
    const cbf_type *const function = user;
    double sum = 0;
    for (size_t i = 0; i < cbf_argument_count(args); i++) {
        printf("  argument %zu is ", i + 1);
        sum += print_value(cbf_type_parameter(function, i), cbf_argument(args, i));
    }
    if (cbf_type_is_variadic(function)) { /* the only such caller below passes a format and what belongs to it */
        printf("  which says \"");
        vprintf(*(const char **)cbf_argument(args, cbf_argument_count(args) - 1), *(va_list *)cbf_argument_list(args));
        printf("\"\n");
    }
    store_number(cbf_type_result(function), sum, cbf_result(args));
}

/* ---------------------------------------------------------------- code compiled to call one signature each */

static void call_mixed(cbf_function f) {
    printf("  it returned %d\n", ((int (*)(int, double, point))f)(30, 2.5, (point){4, 5.5}));
}

static void call_point(cbf_function f) {
    const point returned = ((point(*)(point, float))f)((point){1, 2}, 0.5f);
    printf("  it returned {%g, %g}\n", returned.x, returned.y);
}

static void call_empty(cbf_function f) { ((void (*)(void))f)(); }

static void call_variadic(cbf_function f) { ((void (*)(const char *, ...))f)("%d of %s, %.1f%%", 3, "four", 75.0); }

static const struct {
    const char *spelled;
    void (*call)(cbf_function);
} callers[] = {{"int (int, double, struct point)", call_mixed},
               {"struct point (struct point, float)", call_point},
               {"void (void)", call_empty},
               {"void (char *, ...)", call_variadic}};

static void call(const char *spelled, cbf_function function) {
    for (size_t i = 0; i < sizeof callers / sizeof callers[0]; i++)
        if (strcmp(callers[i].spelled, spelled) == 0) {
            printf("Called:\n");
            callers[i].call(function);
            return;
        }
    printf("No code in this program calls such a function.\n");
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: %s 'int(int, double, point)'\n", arguments[0]);
        return 2;
    }
    const cbf_type *const structure = make_point(), *function;
    const cbf_named_type names[] = {{"point", structure}};
    char spelled[1024], table[8192];
    size_t length;
    check(cbf_type_parse(&function, arguments[1], names, 1));
    check(cbf_type_format(function, spelled, sizeof spelled, &length));

    cbf_signature *signature;
    const cbf_layout *layout;
    cbf_closure *closure;
    check(cbf_signature_parse(&signature, arguments[1], names, 1, cbf_convention_native()));
    check(cbf_layout_new(&layout, signature, NULL, 0));
    check(cbf_layout_format(layout, table, sizeof table, &length));
    printf("%s\n\n%s\n", spelled, table);
    check(cbf_closure_new(&closure, signature, report, (void *)function));
    call(spelled, cbf_closure_address(closure));

    check(cbf_closure_free(closure));
    cbf_layout_free(layout);
    cbf_signature_free(signature);
    cbf_type_free(function);
    cbf_type_free(structure);
    return EXIT_SUCCESS;
}
