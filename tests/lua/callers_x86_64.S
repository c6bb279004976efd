// void load_call_store(void (*f)(void), cbf_cpu *machine, void *own), System V ABI, ELF.
//
//     rsp+72   return address
//     rsp+24   RBP, RBX, R12 ... R15
//     rsp+16   own
//     rsp+8    f
//     rsp+0    machine          <- machine.RSP - 8 as f sees it: its return address lies below
#include "entry/x86_64_offsets.h"

    .text

    .macro save register
    push \register
    .cfi_adjust_cfa_offset 8
    .endm

    .macro restore register
    pop \register
    .cfi_adjust_cfa_offset -8
    .endm

    .globl load_call_store
    .hidden load_call_store
    .type load_call_store, @function
load_call_store:
    .cfi_startproc
    endbr64
    .irp register, %rbp, %rbx, %r12, %r13, %r14, %r15, %rdx, %rdi, %rsi
    save \register
    .endr

    fxsave64 (%rdx)
    fxrstor64 CPU_FXSAVE(%rsi)
    push CPU_EFLAGS(%rsi)
    popfq
    mov CPU_RAX(%rsi), %rax
    mov CPU_RCX(%rsi), %rcx
    mov CPU_RDX(%rsi), %rdx
    mov CPU_RBX(%rsi), %rbx
    mov CPU_RBP(%rsi), %rbp
    mov CPU_RDI(%rsi), %rdi
    mov CPU_R8(%rsi), %r8
    mov CPU_R9(%rsi), %r9
    mov CPU_R10(%rsi), %r10
    mov CPU_R11(%rsi), %r11
    mov CPU_R12(%rsi), %r12
    mov CPU_R13(%rsi), %r13
    mov CPU_R14(%rsi), %r14
    mov CPU_R15(%rsi), %r15
    mov CPU_RSI(%rsi), %rsi
    call *8(%rsp)

    pushfq
    push %rsi
    mov 16(%rsp), %rsi
    mov %rax, CPU_RAX(%rsi)
    mov %rcx, CPU_RCX(%rsi)
    mov %rdx, CPU_RDX(%rsi)
    mov %rbx, CPU_RBX(%rsi)
    mov %rbp, CPU_RBP(%rsi)
    mov %rdi, CPU_RDI(%rsi)
    mov %r8, CPU_R8(%rsi)
    mov %r9, CPU_R9(%rsi)
    mov %r10, CPU_R10(%rsi)
    mov %r11, CPU_R11(%rsi)
    mov %r12, CPU_R12(%rsi)
    mov %r13, CPU_R13(%rsi)
    mov %r14, CPU_R14(%rsi)
    mov %r15, CPU_R15(%rsi)
    pop CPU_RSI(%rsi)
    pop CPU_EFLAGS(%rsi)
    mov %rsp, CPU_RSP(%rsi)
    fxsave64 CPU_FXSAVE(%rsi)

    cld
    mov 16(%rsp), %rdx
    fxrstor64 (%rdx)
    add $24, %rsp
    .cfi_adjust_cfa_offset -24
    .irp register, %r15, %r14, %r13, %r12, %rbx, %rbp
    restore \register
    .endr
    ret
    .cfi_endproc
    .size load_call_store, . - load_call_store

    .section .note.GNU-stack, "", @progbits
