/* The C API: makes a function pointer, calls it, gives it another handler, frees it. */
#include <cbframe/cbframe.h>

#include <stdio.h>
#include <stdlib.h>

/* int greet(const char *name). Where the name is depends on the CPU, and where the result goes. */
static const char *name_in(const cbf_cpu *cpu) {
#if defined(__x86_64__) && defined(_WIN64)
    return cpu->RCX.p;
#elif defined(__x86_64__)
    return cpu->RDI.p;
#elif defined(__i386__)
    return ((const char *const *)cpu->ESP.p)[1]; /* above the return address */
#elif defined(__riscv)
    return cpu->A0.p;
#else
    return cpu->X0.p;
#endif
}

static void return_int(cbf_cpu *cpu, int result) {
#if defined(__x86_64__) || defined(__i386__)
    cpu->EAX.i = result;
#elif defined(__riscv)
    cpu->A0.i = result; /* extended to 64 bits */
#else
    cpu->X0.i = result;
#endif
}

static void hello(cbf_cpu *cpu, void *user) {
    int *calls = user;
    return_int(cpu, printf("Hello, %s! This is call number %d.\n", name_in(cpu), ++*calls));
}

static void goodbye(cbf_cpu *cpu, void *user) {
    int *calls = user;
    return_int(cpu, printf("Goodbye, %s, after %d calls.\n", name_in(cpu), ++*calls));
}

static void check(const char *what, cbf_status status) {
    if (status != CBF_OK) {
        fprintf(stderr, "%s: %s\n", what, cbf_strerror(status));
        exit(EXIT_FAILURE);
    }
}

int main(void) {
    int calls = 0; /* what the handlers get as user */
    cbf_frame *frame = NULL;
    check("cbf_frame_new", cbf_frame_new(&frame, hello, &calls, CBF_LEVEL_LEGACY));

    /* An ordinary function pointer: any C library can be given it. */
    int (*const greet)(const char *) = (int (*)(const char *))cbf_frame_address(frame);
    greet("world");
    const int printed = greet("again");
    printf("The handler returned %d, the number of characters.\n", printed);

    check("cbf_frame_set", cbf_frame_set(frame, goodbye, &calls));
    greet("world");

    check("cbf_frame_free", cbf_frame_free(frame));
    printf("Freeing it once more: %s.\n", cbf_strerror(cbf_frame_free(frame)));
    return EXIT_SUCCESS;
}
