/* What functions of this system's own C take and return, as a frame sees it. */
#ifndef CBFRAME_TESTS_NATIVE_H
#define CBFRAME_TESTS_NATIVE_H

#include "has_avx.h"

#include <cbframe/cbframe.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether the first arguments are in registers. */
#if defined(__x86_64__)
#define NATIVE_REGISTER_ARGUMENTS 1
#else
#define NATIVE_REGISTER_ARGUMENTS 0
#endif

/* In the order in which Intel counts the general registers. */
enum { NATIVE_ACCUMULATOR = 0, NATIVE_STACK_POINTER = 4 };

/* Whether a call leaves its return address on the stack. */
#define NATIVE_RETURNS_BY_STACK 1

/* The stack pointer in the state of a call, and how far it is aligned at one. */
#define NATIVE_SP(cpu)         ((cpu)->GPR[NATIVE_STACK_POINTER])
#define NATIVE_STACK_ALIGNMENT 1

/* The stack that a call of a frame takes, of level `legacy` and of level `all`. */
#if defined(_WIN64)
#define NATIVE_FRAME_STACK        856
#define NATIVE_FRAME_STACK_OF_ALL 2776
#elif defined(__x86_64__)
#define NATIVE_FRAME_STACK        824
#define NATIVE_FRAME_STACK_OF_ALL 2744
#else
#define NATIVE_FRAME_STACK        696
#define NATIVE_FRAME_STACK_OF_ALL 1208
#endif

/* What a dump calls the stack pointer, a register of flags, and the first four bytes of a vector register. */
#define NATIVE_SP_NAME          (sizeof(void *) == 8 ? "rsp" : "esp")
#define NATIVE_FLAGS            "MXCSR"
#define NATIVE_VECTOR_IN_DWORDS "xmm0.d0"

/* As seccomp calls this CPU: linux/audit.h. */
#define NATIVE_AUDIT_ARCH (sizeof(void *) == 8 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_I386)

/* Whether what a slot leads to changes as one: on x86-64 by a store of 16 bytes, which AVX promises. */
static inline int native_changes_as_one(void) { return sizeof(void *) != 8 || has_avx(); }

/* Argument number index, counted from 0, if it and those before it are integers no wider than a register. */
static inline intptr_t native_argument(const cbf_cpu *cpu, size_t index) {
#if defined(_WIN64)
    static const unsigned char registers[] = {1, 2, 8, 9}; /* RCX RDX R8 R9 */
    return (intptr_t)cpu->GPR[registers[index]].i;
#elif defined(__x86_64__)
    static const unsigned char registers[] = {7, 6, 2, 1, 8, 9}; /* RDI RSI RDX RCX R8 R9 */
    return (intptr_t)cpu->GPR[registers[index]].i;
#else
    return ((const intptr_t *)NATIVE_SP(cpu).p)[index + 1];
#endif
}

/* The low half of the first vector register. */
static inline void native_set_vector(cbf_cpu *cpu, uint64_t value) { cpu->XMM[0].lo.u = value; }

/* The first argument, a double. */
static inline double native_double(const cbf_cpu *cpu) {
#if defined(__x86_64__)
    return cpu->XMM[0].lo.f;
#else
    double value;
    memcpy(&value, (const char *)NATIVE_SP(cpu).p + sizeof(void *), sizeof(value));
    return value;
#endif
}

/* The third argument, a double behind two of type int. */
static inline double native_double_after_two_integers(const cbf_cpu *cpu) {
#if defined(_WIN64)
    return cpu->XMM[2].lo.f;
#elif defined(__x86_64__)
    return cpu->XMM[0].lo.f;
#else
    double value;
    memcpy(&value, (const int *)NATIVE_SP(cpu).p + 3, sizeof(value));
    return value;
#endif
}

static inline void native_return_double(cbf_cpu *cpu, double value) {
#if defined(__x86_64__)
    cpu->XMM[0].lo.f = value;
#else /* pushed on the x87 stack */
    cpu->FSW.TOP = (cpu->FSW.TOP + 7u) & 7u;
    cpu->FTWX.val = (uint8_t)(cpu->FTWX.val | 1u << cpu->FSW.TOP);
    cbf_float64to80(value, &cpu->FPR[0]);
#endif
}

static inline void *native_pointer(const cbf_cpu *cpu, size_t index) { return (void *)native_argument(cpu, index); }

/* Makes it what the call returns. */
static inline void native_return(cbf_cpu *cpu, intptr_t value) { cpu->GPR[NATIVE_ACCUMULATOR].i = value; }

static inline void native_return_pointer(cbf_cpu *cpu, void *value) { cpu->GPR[NATIVE_ACCUMULATOR].p = value; }

#endif
