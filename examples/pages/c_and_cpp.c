/* The C snippets of docs/c-and-cpp.md. */
#include <cbframe/cbframe.h>

#include <stdio.h>

static void answer(cbf_cpu *cpu, void *user) { cpu->EAX.i = *(int *)user; }

static int frames(void) {
    int counter = 41;
    cbf_frame *frame;
    cbf_status status = cbf_frame_new(&frame, answer, &counter, CBF_LEVEL_LEGACY);
    if (status != CBF_OK) {
        fprintf(stderr, "%s\n", cbf_error_detail());
        return 1;
    }
    int (*function)(int) = (int (*)(int))cbf_frame_address(frame);
    printf("%d\n", function(0));
    cbf_frame_free(frame);
    return 0;
}

static void add(cbf_arguments *args, void *user) { /* int add(int, int) */
    int a = *(int *)cbf_argument(args, 0), b = *(int *)cbf_argument(args, 1);
    *(int *)cbf_result(args) = a + b + *(int *)user;
}

static int closures(void) {
    int counter = 2;
    cbf_signature *signature;
    cbf_closure *closure;
    if (cbf_signature_parse(&signature, "int (int, int)", NULL, 0, cbf_convention_native()) != CBF_OK || /* once */
        cbf_closure_new(&closure, signature, add, &counter) != CBF_OK) { /* any number of times */
        fprintf(stderr, "%s\n", cbf_error_detail());
        return 1;
    }
    int (*function)(int, int) = (int (*)(int, int))cbf_closure_address(closure);
    printf("%d\n", function(20, 20));
    cbf_closure_free(closure);
    cbf_signature_free(signature);
    return 0;
}

static int types(void) {
    const cbf_type *type, *number = cbf_type_basic(CBF_KIND_DOUBLE), *word = cbf_type_basic(CBF_KIND_UNSIGNED_INT);
    const cbf_field fields[] = {{.name = "x", .type = number}, {.name = "flags", .type = word, .bits = 3}};
    size_t size;
    if (cbf_type_structure(&type, "item", fields, 2, NULL) != CBF_OK || cbf_type_size(type, &size) != CBF_OK)
        return 1;
    printf("%zu\n", size);
    cbf_type_free(type);
    return 0;
}

int main(void) { return frames() + closures() + types(); }
