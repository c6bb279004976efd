// What such a program begins with, in place of the C library's and the compiler's objects, which need not keep to branch
// target identification.
    .text
    .globl _start
    .type _start, %function
_start: // System V ABI for AArch64, Process initialization
    bti c
    mov x29, #0
    mov x30, #0
    mov x5, x0
    ldr x1, [sp]
    add x2, sp, #8
    mov x6, sp
    adrp x0, :got:main
    ldr x0, [x0, :got_lo12:main]
    mov x3, #0
    mov x4, #0
    bl __libc_start_main
    bl abort
    .size _start, . - _start

    .globl without_landing_pad
    .type without_landing_pad, %function
without_landing_pad:
    mov w0, #13
    ret
    .size without_landing_pad, . - without_landing_pad

    .data
    .hidden __dso_handle
    .globl __dso_handle
    .p2align 3
__dso_handle:
    .quad 0
    .hidden __aarch64_have_lse_atomics // or libgcc brings a function that looks for them
    .globl __aarch64_have_lse_atomics
__aarch64_have_lse_atomics:
    .byte 0

#include "object/elf/note.inc"
