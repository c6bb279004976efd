// The other side of a call on 64-bit Arm, see machine.h.
#include "machine.h"

    .data
    .globl probe_state
    .balign 64
probe_state: .zero MACHINE_SIZE
called: .quad 0
state: .quad 0

    // X16 points at a machine, and is not changed. All but X16, X17, X18 and SP.
    .macro each_general_pair operation
    \operation x0, x1, [x16, #MACHINE_GENERAL]
    \operation x2, x3, [x16, #MACHINE_GENERAL+16]
    \operation x4, x5, [x16, #MACHINE_GENERAL+32]
    \operation x6, x7, [x16, #MACHINE_GENERAL+48]
    \operation x8, x9, [x16, #MACHINE_GENERAL+64]
    \operation x10, x11, [x16, #MACHINE_GENERAL+80]
    \operation x12, x13, [x16, #MACHINE_GENERAL+96]
    \operation x14, x15, [x16, #MACHINE_GENERAL+112]
    .endm

    .macro each_vector operation
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    \operation q\n, [x16, #MACHINE_VECTOR+64*\n]
    .endr
    .endm

    .text
    .globl probe
probe:
    adrp x16, probe_state
    add x16, x16, :lo12:probe_state
    each_general_pair stp
    mov x17, sp
    str x17, [x16, #MACHINE_GENERAL+248]
    each_vector str
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    bl probe_inspect
    ldp x29, x30, [sp], #16
    adrp x16, probe_state
    add x16, x16, :lo12:probe_state
    each_vector ldr
    each_general_pair ldp
    ret

    .globl invoke
invoke:
    stp x29, x30, [sp, #-16]!
    mov x29, sp
    adrp x16, state
    str x0, [x16, :lo12:state]
    adrp x16, called
    str x1, [x16, :lo12:called]
    add x5, x3, #127
    and x5, x5, #-16
    mov x6, sp
    sub x6, x6, x5
    neg x4, x4
    and x6, x6, x4
    mov sp, x6
1:  cbz x3, 2f
    ldrb w7, [x2], #1
    strb w7, [x6], #1
    sub x3, x3, #1
    b 1b
2:  mov x16, x0
    each_vector ldr
    each_general_pair ldp
    mov x17, sp
    str x17, [x16, #MACHINE_GENERAL+248]
    adrp x17, called
    ldr x17, [x17, :lo12:called]
    blr x17
    adrp x16, state
    ldr x16, [x16, :lo12:state]
    each_general_pair stp
    each_vector str
    ldr x0, [x16, #MACHINE_GENERAL+248]
    mov x1, sp
    sub x1, x1, x0
    str x1, [x16, #MACHINE_POPPED]
    mov sp, x29
    ldp x29, x30, [sp], #16
    ret

    .globl invoke_emms
invoke_emms:
    ret

    .section .note.GNU-stack, "", %progbits
