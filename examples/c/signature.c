/* Makes a function pointer whose signature is read at run time.
 * usage: signature 'int(int, double, point)'
 *
 *     signature = type "(" [ type { "," type } [ "," "..." ] ] ")"
 *     type      = "void" | "char" | "short" | "int" | "long" | "float" | "double" | "point" , { "*" }
 *
 * Prints where a caller puts each argument. If some code below was compiled to call this signature, it is given the
 * pointer: one handler for all signatures prints what it got and returns the sum of all numbers. */
#include <cbframe/cbframe.h>

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct point {
    double x, y;
} point;

enum { MOST_PARAMETERS = 16 };

/* What was read. */
typedef struct description {
    const cbf_type *result;
    const cbf_type *parameters[MOST_PARAMETERS];
    size_t count;
    int variadic;
} description;

static void check(cbf_status status) {
    if (status != CBF_OK) {
        fprintf(stderr, "signature: %s\n", cbf_error_detail());
        exit(EXIT_FAILURE);
    }
}

/* ---------------------------------------------------------------- reading */

static const char *input, *at; /* the whole text, and where the reader is */

static void refuse(const char *expected) {
    fprintf(stderr, "signature: expected %s here:\n  %s\n  %*s^\n", expected, input, (int)(at - input), "");
    exit(EXIT_FAILURE);
}

/* Whether the text goes on with this; then it is read. */
static int reads(const char *text) {
    while (isspace((unsigned char)*at))
        at++;
    const size_t length = strlen(text);
    if (strncmp(at, text, length) != 0)
        return 0;
    at += length;
    return 1;
}

static const cbf_type *make_point(void) {
    const cbf_type *const number = cbf_type_basic(CBF_KIND_DOUBLE), *made;
    const cbf_field fields[] = {{"x", number, -1, 0, 0}, {"y", number, -1, 0, 0}};
    check(cbf_type_structure(&made, "point", fields, 2, NULL));
    return made;
}

static const cbf_type *read_type(void) {
    static const struct {
        const char *name;
        cbf_kind kind;
    } basics[] = {{"void", CBF_KIND_VOID}, {"char", CBF_KIND_CHAR},   {"short", CBF_KIND_SHORT},  {"int", CBF_KIND_INT},
                  {"long", CBF_KIND_LONG}, {"float", CBF_KIND_FLOAT}, {"double", CBF_KIND_DOUBLE}};
    const cbf_type *type = NULL;
    for (size_t i = 0; type == NULL && i < sizeof basics / sizeof basics[0]; i++)
        if (reads(basics[i].name))
            type = cbf_type_basic(basics[i].kind);
    if (type == NULL && reads("point"))
        type = make_point();
    if (type == NULL || isalnum((unsigned char)*at) || *at == '_')
        refuse("void, char, short, int, long, float, double or point");
    while (reads("*")) {
        const cbf_type *const target = type;
        check(cbf_type_pointer(&type, target));
        cbf_type_free(target);
    }
    return type;
}

static description read_signature(const char *text) {
    description read = {0};
    input = at = text;
    read.result = read_type();
    if (!reads("("))
        refuse("\"(\"");
    if (!reads(")")) {
        do {
            if (read.count == MOST_PARAMETERS)
                refuse("no more than 16 parameters");
            read.variadic = read.count > 0 && reads("...");
            if (!read.variadic)
                read.parameters[read.count++] = read_type();
        } while (!read.variadic && reads(","));
        if (!reads(")"))
            refuse(read.variadic ? "\")\"" : "\",\" or \")\"");
    }
    (void)reads("");
    if (*at != '\0')
        refuse("nothing more");
    return read;
}

/* As C spells it. */
static void spell(const description *read, char *buffer, size_t size) {
    const cbf_type *function;
    size_t length;
    check(cbf_type_function(&function, read->result, read->parameters, read->count, read->variadic));
    check(cbf_type_format(function, buffer, size, &length));
    cbf_type_free(function);
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
    const description *const read = user;
    double sum = 0;
    for (size_t i = 0; i < cbf_argument_count(args); i++) {
        printf("  argument %zu is ", i + 1);
        sum += print_value(read->parameters[i], cbf_argument(args, i));
    }
    if (read->variadic) { /* the only such caller below passes a format and what belongs to it */
        printf("  which says \"");
        vprintf(*(const char **)cbf_argument(args, read->count - 1), *(va_list *)cbf_argument_list(args));
        printf("\"\n");
    }
    store_number(read->result, sum, cbf_result(args));
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
    description read = read_signature(arguments[1]);
    char spelled[1024], table[8192];
    size_t length;
    spell(&read, spelled, sizeof spelled);

    cbf_signature *signature;
    const cbf_layout *layout;
    cbf_closure *closure;
    check(cbf_signature_new(&signature, read.result, read.parameters, read.count, read.variadic,
                            cbf_convention_native()));
    check(cbf_layout_new(&layout, signature, NULL, 0));
    check(cbf_layout_format(layout, table, sizeof table, &length));
    printf("%s\n\n%s\n", spelled, table);
    check(cbf_closure_new(&closure, signature, report, &read));
    call(spelled, cbf_closure_address(closure));

    check(cbf_closure_free(closure));
    cbf_layout_free(layout);
    cbf_signature_free(signature);
    cbf_type_free(read.result);
    for (size_t i = 0; i < read.count; i++)
        cbf_type_free(read.parameters[i]);
    return EXIT_SUCCESS;
}
