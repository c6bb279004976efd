/* What functions of this system's own C take and return, as a frame sees it. */
#ifndef CBFRAME_TESTS_NATIVE_H
#define CBFRAME_TESTS_NATIVE_H

#include <cbframe/cbframe.h>

#include <stddef.h>
#include <stdint.h>

/* Whether the first arguments are in registers. */
#define NATIVE_REGISTER_ARGUMENTS 1

/* Whether a call leaves its return address on the stack. */
#define NATIVE_RETURNS_BY_STACK 0

/* The stack pointer in the state of a call, and how far it is aligned at one. */
#define NATIVE_SP(cpu)         ((cpu)->SP)
#define NATIVE_STACK_ALIGNMENT 16

/* The stack that a call of a frame takes, of level `legacy` and of level `all`. */
#define NATIVE_FRAME_STACK        592
#define NATIVE_FRAME_STACK_OF_ALL 608

/* What a dump calls the stack pointer, a register of flags, and a column that only four bytes have. */
#define NATIVE_SP_NAME          "sp"
#define NATIVE_FLAGS            "FCSR"
#define NATIVE_VECTOR_IN_DWORDS "int16.1"

/* As seccomp calls this CPU: linux/audit.h. */
#define NATIVE_AUDIT_ARCH AUDIT_ARCH_RISCV64

/* Whether what a slot leads to changes as one. */
static inline int native_changes_as_one(void) { return 1; }

/* Argument number index, counted from 0, if it and those before it are integers no wider than a register. */
static inline intptr_t native_argument(const cbf_cpu *cpu, size_t index) { return (intptr_t)cpu->GPR[10 + index].i; }

/* The low half of the first vector register, or the first that a floating number is returned in. */
static inline void native_set_vector(cbf_cpu *cpu, uint64_t value) { cpu->FA0.u = value; }

/* The first argument, a double. */
static inline double native_double(const cbf_cpu *cpu) { return cpu->FA0.f; }

/* The third argument, a double behind two of type int. */
static inline double native_double_after_two_integers(const cbf_cpu *cpu) { return cpu->FA0.f; }

static inline void native_return_double(cbf_cpu *cpu, double value) { cpu->FA0.f = value; }

static inline void *native_pointer(const cbf_cpu *cpu, size_t index) { return (void *)native_argument(cpu, index); }

/* Makes it what the call returns. */
static inline void native_return(cbf_cpu *cpu, intptr_t value) { cpu->A0.i = value; }

static inline void native_return_pointer(cbf_cpu *cpu, void *value) { cpu->A0.p = value; }

#endif
