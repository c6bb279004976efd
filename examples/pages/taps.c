/* The snippet of docs/taps.md. */
#include <cbframe/cbframe.h>
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void count_calls(cbf_cpu *cpu, void *user) {
    (void)cpu;
    ++*(int *)user;
}

int main(void) {
    int numbers[] = {40, 17, 2};
    const size_t count = 3;
    int calls = 0;
    cbf_tap *tap;
    if (cbf_tap_new(&tap, (cbf_function)compare, count_calls, &calls, CBF_LEVEL_LEGACY) != CBF_OK)
        return 1;
    qsort(numbers, count, sizeof(int), (int (*)(const void *, const void *))cbf_tap_address(tap));
    printf("%d %d\n", numbers[0] + numbers[2], calls > 0);
    cbf_tap_free(tap);
    return 0;
}
