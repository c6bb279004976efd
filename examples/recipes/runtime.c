/* A runtime of a language: functions whose signatures and bodies are text become C function pointers. One handler
 * serves them all; what it does is an interpreter of reverse Polish notation. */
#include <cbframe/cbframe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct function {
    const char *signature, *body;
    const cbf_type *type; /* read from signature */
} function;

static double load(const cbf_type *type, const void *from) {
    switch (cbf_type_kind(type)) {
    case CBF_KIND_INT:
        return *(const int *)from;
    case CBF_KIND_DOUBLE:
        return *(const double *)from;
    default:
        fprintf(stderr, "this language has numbers only\n");
        exit(1);
    }
}

static void store(const cbf_type *type, double value, void *to) {
    if (cbf_type_kind(type) == CBF_KIND_INT)
        *(int *)to = (int)value;
    else
        *(double *)to = value;
}

/* $0, $1, …: arguments. Numbers. + - * /: of the two topmost values. */
static void interpret(cbf_arguments *args, void *user) {
    const function *called = user;
    double stack[16] = {0};
    int top = 0;
    for (const char *at = called->body; *at != 0; at += *at == ' ') {
        char *end;
        if (*at == '$') {
            const size_t index = strtoul(at + 1, &end, 10);
            stack[top++] = load(cbf_type_parameter(called->type, index), cbf_argument(args, index));
        } else if (*at >= '0' && *at <= '9') {
            stack[top++] = strtod(at, &end);
        } else {
            const double right = stack[--top], left = stack[top - 1];
            stack[top - 1] = *at == '+'   ? left + right
                             : *at == '-' ? left - right
                             : *at == '*' ? left * right
                                          : left / right;
            end = (char *)at + 1;
        }
        at = end;
    }
    store(cbf_type_result(called->type), stack[0], cbf_result(args));
}

static cbf_closure *make(function *of) {
    cbf_signature *signature;
    cbf_closure *closure;
    if (cbf_type_parse(&of->type, of->signature, NULL, 0) != CBF_OK ||
        cbf_signature_parse(&signature, of->signature, NULL, 0, cbf_convention_native()) != CBF_OK ||
        cbf_closure_new(&closure, signature, interpret, of) != CBF_OK) {
        fprintf(stderr, "%s: %s\n", of->signature, cbf_error_detail());
        exit(1);
    }
    cbf_signature_free(signature); /* the closure has its share */
    return closure;
}

int main(void) {
    function mean = {"double (int, double)", "$0 $1 + 2 /", NULL};
    function square = {"int (int)", "$0 $0 *", NULL};
    cbf_closure *first = make(&mean), *second = make(&square);

    printf("%g\n", ((double (*)(int, double))cbf_closure_address(first))(4, 7.5));
    printf("%d\n", ((int (*)(int))cbf_closure_address(second))(12));

    cbf_closure_free(first);
    cbf_closure_free(second);
    cbf_type_free(mean.type);
    cbf_type_free(square.type);
}
