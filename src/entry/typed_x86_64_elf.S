// The entries of typed slots: x86-64, C++ compiled for the System V ABI, ELF.
#include "assembly/elf.inc"
#include "typed_x86_64_offsets.h"
#include "x86_64_calls_sysv.inc"

    // What the Microsoft convention has a callee save, unlike the System V ABI. No unwinder restores the XMM registers.
    .macro keep_general
    push %rsi
    push %rdi
    .cfi_offset %rsi, -24
    .cfi_offset %rdi, -32
    .endm

    .macro keep_vectors
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps %xmm\n, MS_KEPT+16*(\n-6)(%rsp)
    .endr
    .endm

    .macro restore_kept
    .irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps MS_KEPT+16*(\n-6)(%rsp), %xmm\n
    .endr
    mov -8(%rbp), %rsi
    mov -16(%rbp), %rdi
    .endm

#include "typed_x86_64.inc"
