// The other side of a call on 64-bit RISC-V, see machine.h.
#include "machine.h"

    .data
    .globl probe_state
    .balign 64
probe_state: .zero MACHINE_SIZE
called: .quad 0
state: .quad 0

    // X5 points at a machine, and is not changed. What may carry an argument or a result, and some more.
    .macro each_general operation
    .irp n, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
    \operation x\n, MACHINE_GENERAL+8*\n(x5)
    .endr
    .endm

    .macro each_floating operation
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    \operation fa\n, MACHINE_VECTOR+64*\n(x5)
    .endr
    .endm

    .text
    .globl probe
probe:
    lla x5, probe_state
    each_general sd
    sd sp, MACHINE_GENERAL+16(x5)
    each_floating fsd
    addi sp, sp, -16
    sd ra, 8(sp)
    call probe_inspect
    ld ra, 8(sp)
    addi sp, sp, 16
    lla x5, probe_state
    each_floating fld
    each_general ld
    ret

    .globl invoke
invoke:
    addi sp, sp, -16
    sd ra, 8(sp)
    sd s0, 0(sp)
    addi s0, sp, 16
    lla x5, state
    sd a0, 0(x5)
    lla x5, called
    sd a1, 0(x5)
    addi a5, a3, 127
    andi a5, a5, -16
    sub a5, sp, a5
    neg a4, a4
    and a5, a5, a4
    mv sp, a5
1:  beqz a3, 2f
    lbu a6, 0(a2)
    sb a6, 0(a5)
    addi a2, a2, 1
    addi a5, a5, 1
    addi a3, a3, -1
    j 1b
2:  mv x5, a0
    each_floating fld
    each_general ld
    sd sp, MACHINE_GENERAL+16(x5)
    lla x6, called
    ld x6, 0(x6)
    jalr x6
    lla x5, state
    ld x5, 0(x5)
    each_general sd
    each_floating fsd
    ld a0, MACHINE_GENERAL+16(x5)
    sub a0, sp, a0
    sd a0, MACHINE_POPPED(x5)
    addi sp, s0, -16
    ld ra, 8(sp)
    ld s0, 0(sp)
    addi sp, sp, 16
    ret

    .globl invoke_emms
invoke_emms:
    ret

    .section .note.GNU-stack, "", %progbits
