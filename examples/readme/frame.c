#include <cbframe/cbframe.h>
#include <stdio.h>

/* An int argument is in EDI, an int result goes to EAX. */
static void multiply(cbf_cpu *cpu, void *user) { cpu->EAX.i = *(int *)user * cpu->EDI.i; }

int main(void) {
    int factor = 6;
    cbf_frame *frame;
    if (cbf_frame_new(&frame, multiply, &factor, CBF_LEVEL_LEGACY) != CBF_OK)
        return 1;
    int (*function)(int) = (int (*)(int))cbf_frame_address(frame);
    printf("%d\n", function(7)); /* 42 */
    cbf_frame_free(frame);
}
