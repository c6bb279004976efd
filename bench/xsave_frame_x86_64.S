// The obvious frame: everything saved by XSAVEC and restored by XRSTOR.
//
//     rbp+16   return address
//     rbp+8    RFLAGS
//     rbp+0    RBP
//      ...     alignment to 64
//     rsp+704  the area of XSAVEC
//     rsp+0    cbf_cpu, of which general registers and flags are filled
#include "arch/x86_64/frame_offsets.h"

#define HEADER (FRAME_CPU + 512) /* Intel SDM vol. 1, 13.4.2 */

    .text
    .globl bench_xsave_frame
    .hidden bench_xsave_frame
    .type bench_xsave_frame, @function
    .p2align 6
bench_xsave_frame:
    .cfi_startproc
    endbr64
    pushfq
    .cfi_adjust_cfa_offset 8
    push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_offset %rbp, -24
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    lea -FRAME_CPU(%rsp), %rsp
    sub bench_xsave_size(%rip), %rsp
    and $-FRAME_ALIGN, %rsp

    mov %rax, CPU_RAX(%rsp)
    mov %rcx, CPU_RCX(%rsp)
    mov %rdx, CPU_RDX(%rsp)
    mov %rbx, CPU_RBX(%rsp)
    mov %rsi, CPU_RSI(%rsp)
    mov %rdi, CPU_RDI(%rsp)
    mov %r8, CPU_R8(%rsp)
    mov %r9, CPU_R9(%rsp)
    mov %r10, CPU_R10(%rsp)
    mov %r11, CPU_R11(%rsp)
    mov %r12, CPU_R12(%rsp)
    mov %r13, CPU_R13(%rsp)
    mov %r14, CPU_R14(%rsp)
    mov %r15, CPU_R15(%rsp)
    mov (%rbp), %rax
    mov %rax, CPU_RBP(%rsp)
    mov 8(%rbp), %rax
    mov %rax, CPU_EFLAGS(%rsp)
    lea 16(%rbp), %rax
    mov %rax, CPU_RSP(%rsp)

    .irp n, 2, 3, 4, 5, 6, 7 // XSAVEC writes the first two words of its header, XRSTOR wants zeros in the others
    movq $0, HEADER+8*\n(%rsp)
    .endr
    mov bench_xsave_components(%rip), %eax
    xor %edx, %edx
    xsavec64 FRAME_CPU(%rsp)
    mov %rsp, %rdi
    xor %esi, %esi
    call *bench_xsave_handler(%rip)
    mov bench_xsave_components(%rip), %eax
    xor %edx, %edx
    xrstor64 FRAME_CPU(%rsp)

    mov CPU_RBP(%rsp), %rax
    mov %rax, (%rbp)
    mov CPU_EFLAGS(%rsp), %rax
    mov %rax, 8(%rbp)
    mov CPU_RAX(%rsp), %rax
    mov CPU_RCX(%rsp), %rcx
    mov CPU_RDX(%rsp), %rdx
    mov CPU_RBX(%rsp), %rbx
    mov CPU_RSI(%rsp), %rsi
    mov CPU_RDI(%rsp), %rdi
    mov CPU_R8(%rsp), %r8
    mov CPU_R9(%rsp), %r9
    mov CPU_R10(%rsp), %r10
    mov CPU_R11(%rsp), %r11
    mov CPU_R12(%rsp), %r12
    mov CPU_R13(%rsp), %r13
    mov CPU_R14(%rsp), %r14
    mov CPU_R15(%rsp), %r15
    leave
    .cfi_restore %rbp
    .cfi_def_cfa %rsp, 16
    popfq
    .cfi_def_cfa_offset 8
    ret
    .cfi_endproc
    .size bench_xsave_frame, . - bench_xsave_frame

    .section .note.GNU-stack, "", @progbits
