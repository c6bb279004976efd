/* Calls C functions whose signature is a text at run time: a caller made from a layout, without assembly.
 *
 * A tap of the function is called like any function of 32 words, which takes that much of the stack. Its handler puts
 * each value where the layout says: into registers of the state, and onto the stack, of which the tap changes nothing.
 * Then the call goes on in the function. What this example does not take are results in more than one place and
 * functions that pop their arguments. */
#include <cbframe/cbframe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) || defined(_M_X64)
#define GENERAL       "general64"
#define VECTOR        "xmm"
#define VECTORS       XMM
#define STACK_POINTER RSP.u
#elif defined(__i386__) || defined(_M_IX86)
#define GENERAL       "general32"
#define VECTOR        "xmm"
#define VECTORS       XMM
#define STACK_POINTER ESP.u
#elif defined(__aarch64__) || defined(_M_ARM64)
#define GENERAL       "aarch64_general"
#define VECTOR        "aarch64_vector"
#define VECTORS       V
#define STACK_POINTER SP.u
#else
#define GENERAL       "riscv_general"
#define VECTOR        "riscv_floating"
#define VECTORS       FPR
#define STACK_POINTER SP.u
#endif

static void fail(const char *why) {
    fprintf(stderr, "caller: %s\n", why);
    exit(EXIT_FAILURE);
}

static void check(cbf_status status) {
    if (status != CBF_OK)
        fail(cbf_error_detail());
}

/* ---------------------------------------------------------------- one call */

typedef struct call {
    const cbf_layout *layout;
    const void *const *values; /* the addresses of the arguments */
    void *result;
} call;

/* Where a piece is to be put. */
static unsigned char *place_of(cbf_cpu *cpu, const cbf_piece *piece) {
    if (piece->bank == NULL)
        return (unsigned char *)(uintptr_t)cpu->STACK_POINTER + piece->stack;
    if (strcmp(piece->bank->name, GENERAL) == 0)
        return (unsigned char *)&cpu->GPR[piece->number];
    if (strcmp(piece->bank->name, VECTOR) == 0)
        return (unsigned char *)&cpu->VECTORS[piece->number];
    fail("an argument is in a register that this example does not know");
    return NULL;
}

static void put_piece(cbf_cpu *cpu, const cbf_piece *piece, const void *value) {
    unsigned char *const to = place_of(cpu, piece);
    memcpy(to, (const char *)value + piece->offset, piece->size);
    if (piece->extends == CBF_EXTENSION_NONE)
        return;
    const int is_negative = to[piece->size - 1] >> 7;
    const int ones = piece->extends == CBF_EXTENSION_ONES || (piece->extends == CBF_EXTENSION_SIGN && is_negative);
    memset(to + piece->size, ones ? 0xff : 0, piece->extended - piece->size);
}

/* The handler of the tap. */
static void put_arguments(cbf_cpu *cpu, void *user) {
    const call *const now = user;
    for (size_t i = 0; i < now->layout->count; i++) {
        const cbf_value_layout *const each = &now->layout->arguments[i];
        const void *const value = each->by_pointer ? (const void *)&now->values[i] : now->values[i];
        for (size_t j = 0; j < each->piece_count; j++)
            put_piece(cpu, &each->pieces[j], value);
    }
    if (now->layout->result_pointer != NULL)
        put_piece(cpu, now->layout->result_pointer, &now->result);
#if defined(__x86_64__) || defined(_M_X64)
    if (now->layout->vector_registers >= 0) /* a variadic function finds their number in AL */
        cpu->RAX.u = (uint64_t)now->layout->vector_registers;
#endif
}

#define FOUR(x)  x, x, x, x
#define WORDS(x) FOUR(x), FOUR(x), FOUR(x), FOUR(x), FOUR(x), FOUR(x), FOUR(x), FOUR(x)

/* Calls the tap as what returns the result in the same register. */
static void call_tap(cbf_function tap, const call *now) {
    const cbf_value_layout *const result = &now->layout->result;
    const cbf_piece *const first = result->piece_count != 0 ? result->pieces : NULL;
    if (first == NULL || result->by_pointer || strcmp(first->bank->name, GENERAL) == 0) {
        const uint64_t general = ((uint64_t(*)(WORDS(uintptr_t)))tap)(WORDS(0));
        if (first != NULL && !result->by_pointer)
            memcpy(now->result, &general, result->size);
    } else if (result->size == sizeof(double))
        *(double *)now->result = ((double (*)(WORDS(uintptr_t)))tap)(WORDS(0));
    else
        *(float *)now->result = ((float (*)(WORDS(uintptr_t)))tap)(WORDS(0));
}

static void check_layout(const cbf_layout *layout) {
    const cbf_value_layout *const result = &layout->result;
    const size_t room = (32 - 8) * sizeof(void *); /* no CPU has more than eight of the words in registers */
    if (layout->stack_size > room || layout->stack_alignment > 16 || layout->popped != 0)
        fail("this example reserves no such stack");
    if (!result->by_pointer && (result->size > sizeof(uint64_t) || (result->piece_count > 1 && sizeof(void *) == 8)))
        fail("this example takes no result of more than one register");
}

/* Calls a function of this signature with the values, the variadic ones last. */
static void call_by_text(cbf_function function, const char *text, const cbf_type *const *variadic, size_t count,
                         void *result, const void *const *values) {
    cbf_signature *signature;
    call now = {.values = values, .result = result};
    cbf_tap *tap;
    check(cbf_signature_parse(&signature, text, NULL, 0, cbf_convention_native()));
    check(cbf_layout_new(&now.layout, signature, variadic, count));
    check_layout(now.layout);
    check(cbf_tap_new(&tap, function, put_arguments, &now, CBF_LEVEL_LEGACY));
    call_tap(cbf_tap_address(tap), &now);
    cbf_tap_free(tap);
    cbf_layout_free(now.layout);
    cbf_signature_free(signature);
}

/* ---------------------------------------------------------------- functions to be called */

static double polynomial(double x, int degree, float a, float b, float c, signed char shift, double d, double e,
                         double f, double g, long h, long i, long j, unsigned short k) {
    const double terms[] = {a, b, c, d, e, f, g, (double)h, (double)i, (double)j, k};
    double sum = 0;
    for (int at = degree; at >= 0; at--)
        sum = sum * x + terms[at];
    return sum + shift;
}

int main(void) {
    const double x = 2, d = 4, e = 5, f = 6, g = 7;
    const int degree = 10;
    const float a = 1, b = 2, c = 3;
    const signed char shift = -1;
    const long h = 8, i = 9, j = 10;
    const unsigned short k = 11;
    const void *const terms[] = {&x, &degree, &a, &b, &c, &shift, &d, &e, &f, &g, &h, &i, &j, &k};
    double sum;
    call_by_text((cbf_function)polynomial,
                 "double (double, int, float, float, float, signed char, double, double, double, double, long, long, "
                 "long, unsigned short)",
                 NULL, 0, &sum, terms);
    printf("%g\n", sum);

    char line[64];
    char *const to = line;
    const size_t size = sizeof line;
    const char *const format = "%s has %d sides and measures %.2f", *const name = "the square";
    const int sides = 4;
    const double area = 2.25;
    const void *const values[] = {&to, &size, &format, &name, &sides, &area};
    cbf_type const *text;
    check(cbf_type_parse(&text, "char *", NULL, 0));
    const cbf_type *const variadic[] = {text, cbf_type_basic(CBF_KIND_INT), cbf_type_basic(CBF_KIND_DOUBLE)};
    int length;
    call_by_text((cbf_function)snprintf, "int (char *, size_t, char *, ...)", variadic, 3, &length, values);
    cbf_type_free(text);
    printf("%s: %d characters\n", line, length);
}
