// void load_call_store(void (*f)(void), cbf_cpu *machine, void *own), as this system's C calls it.
//
//     rsp+HOME+24   KEPT registers, return address
//     rsp+HOME+16   own
//     rsp+HOME+8    f
//     rsp+HOME      machine
//     rsp+0         HOME bytes for who is called  <- machine.RSP - 8 as f sees it: its return address lies below
#include "arch/x86_64/frame_offsets.h"

#if defined(_WIN32)
#include "callers_coff.inc"
#elif defined(__APPLE__)
#include "callers_macho.inc"
#else
#include "callers_elf.inc"
#endif

    .text

    .macro save register
    push \register
    .cfi_adjust_cfa_offset 8
    .endm

    .macro restore register
    pop \register
    .cfi_adjust_cfa_offset -8
    .endm

    begin_hidden C_SYMBOL(load_call_store), @function
    .cfi_startproc
    seh proc, C_SYMBOL(load_call_store)
    endbr64
    .irp register, KEPT
    save \register
    seh pushreg, \register
    .endr
    .irp register, OWN, F, MACHINE
    save \register
    .endr
    sub $HOME, %rsp
    .cfi_adjust_cfa_offset HOME
    seh stackalloc, HOME+24
    seh endprologue

    fxsave64 (OWN)
    mov MACHINE, %rsi
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
    call *HOME+8(%rsp)

    pushfq
    push %rsi
    mov HOME+16(%rsp), %rsi
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
    mov HOME+16(%rsp), %rdx
    fxrstor64 (%rdx)
    add $HOME+24, %rsp
    .cfi_adjust_cfa_offset -HOME-24
    .irp register, KEPT_REVERSED
    restore \register
    .endr
    ret
    seh endproc
    .cfi_endproc
    end_hidden C_SYMBOL(load_call_store)
