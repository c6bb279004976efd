#include <cbframe/cbframe.h>

#include <stdio.h>
#include <string.h>

#if defined(__riscv)
enum { result = 10 }; /* A0 */
#else
enum { result = 0 }; /* RAX, EAX or X0 */
#endif

static void answer_with(cbf_cpu *cpu, void *user) { cpu->GPR[result].u = *(const unsigned *)user; }

int main(void) {
    unsigned number = 42;
    cbf_frame *frame = NULL;
    cbf_status status = cbf_frame_new(&frame, answer_with, &number, CBF_LEVEL_LEGACY);
    if (status != CBF_OK) {
        fprintf(stderr, "cbf_frame_new: %s\n", cbf_strerror(status));
        return 1;
    }
    int answer = ((int (*)(void))cbf_frame_address(frame))();
    if (cbf_frame_free(frame) != CBF_OK || answer != 42 || strcmp(cbf_version(), CBF_VERSION_STRING) != 0) {
        fprintf(stderr, "C: got %d, library %s, header %s\n", answer, cbf_version(), CBF_VERSION_STRING);
        return 1;
    }
    return 0;
}
