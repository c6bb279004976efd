// void load_call_store(void (*f)(void), cbf_cpu *machine, void *own), as this system's C calls it. f is called by X16, so
// that machine.X16 is not what f sees, and X30 is where it returns to. own is not used.
//
//     sp+176   X29, X30 and the other registers that a callee preserves
//     sp+16    D8 … D15, FPCR, FPSR
//     sp+0     machine, f       <- machine.SP as f sees it
#include "arch/aarch64/frame_offsets.h"

#if defined(__APPLE__)
#include "callers_macho.inc"
#else
#include "callers_elf.inc"
#endif

#define OWN_D8 16
#define OWN_FPCR 80
#define OWN_X19 96
#define FRAME 192

    .macro each_vector instruction, base
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \instruction q\n, [\base, #CPU_V+16*\n]
    .endr
    .endm

    .text
    .p2align 4
    begin_hidden C_SYMBOL(load_call_store), %function
    .cfi_startproc
    bti c
    sub sp, sp, #FRAME
    .cfi_def_cfa_offset FRAME
    stp x29, x30, [sp, #FRAME-16]
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
    str x\n, [sp, #OWN_X19+8*(\n-19)]
    .cfi_offset x\n, OWN_X19+8*(\n-19)-FRAME
    .endr
    .irp n, 8, 9, 10, 11, 12, 13, 14, 15
    str d\n, [sp, #OWN_D8+8*(\n-8)]
    .cfi_offset d\n, OWN_D8+8*(\n-8)-FRAME
    .endr
    mrs x3, fpcr
    mrs x4, fpsr
    stp x3, x4, [sp, #OWN_FPCR]
    stp x1, x0, [sp]

    each_vector ldr, x1
    ldp x2, x3, [x1, #CPU_NZCV]
    msr nzcv, x2
    msr fpcr, x3
    ldr x2, [x1, #CPU_FPSR]
    msr fpsr, x2
    .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
    ldr x\n, [x1, #CPU_X(\n)]
    .endr
    load_x18 x1
    ldp x0, x1, [x1, #CPU_X(0)]
    ldr x16, [sp, #8]
    blr x16

    str x16, [sp, #8]
    ldr x16, [sp]
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    str x\n, [x16, #CPU_X(\n)]
    .endr
    ldr x0, [sp, #8]
    str x0, [x16, #CPU_X(16)]
    mov x0, sp
    str x0, [x16, #CPU_SP]
    mrs x0, nzcv
    mrs x1, fpcr
    stp x0, x1, [x16, #CPU_NZCV]
    mrs x0, fpsr
    str x0, [x16, #CPU_FPSR]
    each_vector str, x16

    ldp x3, x4, [sp, #OWN_FPCR]
    msr fpcr, x3
    msr fpsr, x4
    .irp n, 8, 9, 10, 11, 12, 13, 14, 15
    ldr d\n, [sp, #OWN_D8+8*(\n-8)]
    .endr
    .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
    ldr x\n, [sp, #OWN_X19+8*(\n-19)]
    .endr
    ldp x29, x30, [sp, #FRAME-16]
    add sp, sp, #FRAME
    .cfi_def_cfa_offset 0
    ret
    .cfi_endproc
    end_hidden C_SYMBOL(load_call_store)

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
