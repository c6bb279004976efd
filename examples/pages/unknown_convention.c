/* docs/unknown-convention.md: a caller that follows a convention of its own. It puts a count into EBX and a letter into
 * R12, and wants the sum in RDX and the carry flag set. x86-64. */
#include <cbframe/cbframe.h>

#include <stdio.h>
#include <stdlib.h>

/* The other side of the call, as a disassembler would show it. */
static unsigned call_it(cbf_function function, int *carry) {
    unsigned sum;
    unsigned char flag;
    __asm__ volatile("mov $40, %%ebx\n\t"
                     "mov $2, %%r12d\n\t"
                     "sub $128, %%rsp\n\t" /* past the red zone */
                     "call *%2\n\t"
                     "setc %1\n\t"
                     "add $128, %%rsp"
                     : "=&d"(sum), "=r"(flag)
                     : "r"(function)
                     : "rbx", "r12", "cc", "memory");
    *carry = flag;
    return sum;
}

/* Step 1: look at the state of a call. */
static void look(cbf_cpu *cpu, void *user) {
    (void)user;
    size_t length = 0;
    const cbf_format_options options = {.flags = 1, .stack_rows = 4};
    cbf_cpu_format(cpu, &options, NULL, 0, &length);
    char *text = malloc(length + 1);
    if (text == NULL)
        return;
    cbf_cpu_format(cpu, &options, text, length + 1, &length);
    fputs(text, stdout);
    free(text);
}

/* Step 3: read what the caller passed, write what it wants. */
static void add(cbf_cpu *cpu, void *user) {
    (void)user;
    cpu->EDX.u = cpu->EBX.u + cpu->R12.lo.u;
    cpu->EFLAGS.CF = 1;
}

int main(void) {
    cbf_frame *frame;
    int carry = 0;
    if (cbf_frame_new(&frame, look, NULL, CBF_LEVEL_LEGACY) != CBF_OK)
        return 1;
    call_it(cbf_frame_address(frame), &carry);

    cbf_frame_set(frame, add, NULL); /* the same pointer, another handler */
    const unsigned sum = call_it(cbf_frame_address(frame), &carry);
    printf("sum %u, carry %d\n", sum, carry);
    cbf_frame_free(frame);
}
