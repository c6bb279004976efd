#include <ffi.h>
#include <stdint.h>
#include <stdio.h>

typedef struct point {
    double x, y;
} point;

/* double weigh(point at, int weight) */
static void weigh(ffi_cif *cif, void *result, void **arguments, void *user) {
    (void)cif;
    const point *at = arguments[0];
    const int *weight = arguments[1];
    *(double *)result = (at->x + at->y) * *weight + *(double *)user;
}

int main(void) {
    ffi_type *fields[] = {&ffi_type_double, &ffi_type_double, NULL};
    ffi_type point_type = {.type = FFI_TYPE_STRUCT, .elements = fields};
    ffi_type *parameters[] = {&point_type, &ffi_type_sint};
    ffi_cif cif;
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 2, &ffi_type_double, parameters) != FFI_OK)
        return 1;

    double offset = 0.5;
    void *code;
    ffi_closure *closure = ffi_closure_alloc(sizeof *closure, &code);
    if (closure == NULL || ffi_prep_closure_loc(closure, &cif, weigh, &offset, code) != FFI_OK)
        return 1;

    double (*function)(point, int) = (double (*)(point, int))(uintptr_t)code;
    printf("%g\n", function((point){1, 2}, 10));
    ffi_closure_free(closure);
}
