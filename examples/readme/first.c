#include <cbframe/cbframe.h>
#include <stdio.h>

static void multiply(cbf_arguments *args, void *user) {
    *(int *)cbf_result(args) = *(int *)user * *(int *)cbf_argument(args, 0);
}

int main(void) {
    cbf_signature *signature;
    cbf_closure *closure;
    int factor = 6;
    if (cbf_signature_parse(&signature, "int (int)", NULL, 0, cbf_convention_native()) != CBF_OK ||
        cbf_closure_new(&closure, signature, multiply, &factor) != CBF_OK) {
        fprintf(stderr, "%s\n", cbf_error_detail());
        return 1;
    }
    int (*function)(int) = (int (*)(int))cbf_closure_address(closure);
    printf("%d\n", function(7)); /* 42 */
    cbf_closure_free(closure);
    cbf_signature_free(signature);
}
