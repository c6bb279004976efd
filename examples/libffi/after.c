#include <cbframe/cbframe.h>
#include <stdio.h>

typedef struct point {
    double x, y;
} point;

/* double weigh(point at, int weight) */
static void weigh(cbf_arguments *args, void *user) {
    const point *at = cbf_argument(args, 0);
    const int *weight = cbf_argument(args, 1);
    *(double *)cbf_result(args) = (at->x + at->y) * *weight + *(double *)user;
}

int main(void) {
    const cbf_type *number = cbf_type_basic(CBF_KIND_DOUBLE), *point_type;
    const cbf_field fields[] = {{.name = "x", .type = number}, {.name = "y", .type = number}};
    cbf_signature *signature;
    if (cbf_type_structure(&point_type, "point", fields, 2, NULL) != CBF_OK)
        return 1;
    const cbf_type *parameters[] = {point_type, cbf_type_basic(CBF_KIND_INT)};
    if (cbf_signature_new(&signature, number, parameters, 2, 0, cbf_convention_native()) != CBF_OK)
        return 1;
    cbf_type_free(point_type);

    double offset = 0.5;
    cbf_closure *closure;
    if (cbf_closure_new(&closure, signature, weigh, &offset) != CBF_OK)
        return 1;
    cbf_signature_free(signature);

    double (*function)(point, int) = (double (*)(point, int))cbf_closure_address(closure);
    printf("%g\n", function((point){1, 2}, 10));
    cbf_closure_free(closure);
}
