// Calls on a stack of their own, all that runs there are slot, entry and handler.
#pragma once

#include <cbframe/cbframe.h>

#include <cstdint>

#if defined(__x86_64__)
#define ENDBR         "endbr64"
#define STACK_POINTER "%%rsp"
#define KEPT_REGISTER "rbx"
#else
#define ENDBR         "endbr32"
#define STACK_POINTER "%%esp"
#define KEPT_REGISTER "ebx"
#endif

/// A handler that takes no stack.
extern "C" void bare_return(cbf_cpu *cpu, void *user) asm("bare_return");
asm(".text\n"
    "bare_return:\n" ENDBR "\n"
    "ret\n");

/// What may make a difference to the stack that a call takes.
struct stack_call {
    bool x87_values;
    bool direction_flag;
};

inline constexpr stack_call stack_calls[] = {{false, false}, {true, false}, {false, true}, {true, true}};

/// Calls address with that RSP.
inline void call_on_stack(const void *address, void *rsp, stack_call how) {
    asm volatile("mov " STACK_POINTER ", %%" KEPT_REGISTER "\n\t"
                 "mov %[rsp], " STACK_POINTER "\n\t"
                 "test %[x87], %[x87]\n\t"
                 "jz 1f\n\t"
                 "fld1\n\t"
                 "fldpi\n"
                 "1:\n\t"
                 "test %[flags], %[flags]\n\t"
                 "jz 2f\n\t"
                 "std\n"
                 "2:\n\t"
                 "call *%[address]\n\t"
                 "cld\n\t"
                 "mov %%" KEPT_REGISTER ", " STACK_POINTER "\n\t"
                 "test %[x87], %[x87]\n\t"
                 "jz 3f\n\t"
                 "fstp %%st(0)\n\t"
                 "fstp %%st(0)\n"
                 "3:\n\t"
                 :
                 : [address] "r"(address), [rsp] "r"(rsp), [x87] "r"(std::uintptr_t{how.x87_values}),
                   [flags] "r"(std::uintptr_t{how.direction_flag})
                 : KEPT_REGISTER, "memory", "cc");
}
