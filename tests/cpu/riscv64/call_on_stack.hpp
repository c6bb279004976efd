// Calls on a stack of their own, all that runs there are slot, entry and handler.
#pragma once

#include <cbframe/cbframe.h>

/// A handler that takes no stack.
extern "C" void bare_return(cbf_cpu *cpu, void *user) asm("bare_return");
asm(".text\n"
    "bare_return:\n"
    "ret\n");

/// What may make a difference to the stack that a call takes: nothing.
struct stack_call {};

inline constexpr stack_call stack_calls[] = {{}};

/// Calls address with that SP.
inline void call_on_stack(const void *address, void *sp, stack_call) {
    asm volatile("mv s2, sp\n\t"
                 "mv sp, %[sp]\n\t"
                 "jalr %[address]\n\t"
                 "mv sp, s2\n\t"
                 :
                 : [address] "r"(address), [sp] "r"(sp)
                 : "s2", "ra", "memory");
}
