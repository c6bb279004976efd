/* What functions of this system's own C take and return, as a frame sees it. */
#ifndef CBFRAME_TESTS_NATIVE_H
#define CBFRAME_TESTS_NATIVE_H

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

/* Argument number index, counted from 0, if it and those before it are integers no wider than a register. */
static inline intptr_t native_argument(const cbf_cpu *cpu, size_t index) {
#if defined(_WIN64)
    static const unsigned char registers[] = {1, 2, 8, 9}; /* RCX RDX R8 R9 */
    return (intptr_t)cpu->GPR[registers[index]].i;
#elif defined(__x86_64__)
    static const unsigned char registers[] = {7, 6, 2, 1, 8, 9}; /* RDI RSI RDX RCX R8 R9 */
    return (intptr_t)cpu->GPR[registers[index]].i;
#else
    return ((const intptr_t *)cpu->GPR[NATIVE_STACK_POINTER].p)[index + 1];
#endif
}

/* The first argument, a double. */
static inline double native_double(const cbf_cpu *cpu) {
#if defined(__x86_64__)
    return cpu->XMM[0].lo.f;
#else
    double value;
    memcpy(&value, (const char *)cpu->GPR[NATIVE_STACK_POINTER].p + sizeof(void *), sizeof(value));
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
