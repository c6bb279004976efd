// Calls on a stack of their own, all that runs there are slot, entry and handler.
#pragma once

#include <cbframe/cbframe.h>

/// A handler that takes no stack.
extern "C" void bare_return(cbf_cpu *cpu, void *user) asm("bare_return");
asm(".text\n"
    "bare_return:\n"
    "hint #34\n" // bti c
    "ret\n");

/// What may make a difference to the stack that a call takes: nothing.
struct stack_call {};

inline constexpr stack_call stack_calls[] = {{}};

/// Calls address with that SP.
inline void call_on_stack(const void *address, void *sp, stack_call) {
    asm volatile("mov x19, sp\n\t"
                 "mov sp, %[sp]\n\t"
                 "blr %[address]\n\t"
                 "mov sp, x19\n\t"
                 :
                 : [address] "r"(address), [sp] "r"(sp)
                 : "x19", "x30", "memory");
}
