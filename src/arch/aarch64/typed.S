// The way from a typed slot to what it leads to: 64-bit Arm.
//
// X17 points at the slot's record: the address of one of the functions below, then that of an object. The object's first
// word is the function to call.
//
// A callback's object travels as one more argument, in the first general register that the signature leaves free:
// cbf_callback_xN. Nothing else changes, so the function sees the caller's call.
//
// A closure's function gets the arguments in memory:
//
//     function(state, object)
//
//     state + STATE_POINTER    X8: where the caller wants a result in memory
//     state + STATE_ARGUMENTS  X0 … X7, and V0 … V7 behind them
//     state + STATE_VECTOR     V0 … V3 of the result
//     state + STATE_GENERAL    X0 and X1 of the result
//     state                    cbf_v1_call
//
// Of these an entry stores and loads as much as the signatures need that lead to it. A result that the function does
// not set is zero.
#include "assembly.inc"

#include "arch/aarch64/typed_offsets.h"

    .text

    .macro begin name
    .p2align 4
    begin_hidden \name, %function
    .cfi_startproc
    seh proc, \name
    bti c
    seh nop
    .endm

    .macro end name
    seh endproc
    .cfi_endproc
    end_hidden \name
    .endm

    .macro begin_frame
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    seh save_fplr_x, 16
    mov x29, sp
    .cfi_def_cfa x29, 16
    seh set_fp
    seh endprologue
    .endm

    // ---------------------------------------------------------------- callbacks

    .macro callback register
    begin C_SYMBOL(cbf_callback_)\register
    seh endprologue
    ldr \register, [x17, #8]
    ldr x16, [\register]
    br x16
    end C_SYMBOL(cbf_callback_)\register
    .endm

    callback x0
    callback x1
    callback x2
    callback x3
    callback x4
    callback x5
    callback x6
    callback x7

    // ---------------------------------------------------------------- closures

    // general: how many general registers carry arguments; vector: how many vector registers do, and, as many but at
    // most four, a result. memory: whether anything is on the stack, or X8 used.
    .macro closure name, general, vector, memory
    begin \name
    begin_frame
    sub sp, sp, #STATE_AND_ROOM
    stp x0, x1, [sp, #STATE_ARGUMENTS]
    stp x2, x3, [sp, #STATE_ARGUMENTS+16]
    .if \general == 8
    stp x4, x5, [sp, #STATE_ARGUMENTS+32]
    stp x6, x7, [sp, #STATE_ARGUMENTS+48]
    .endif
    .if \vector
    stp q0, q1, [sp, #STATE_VECTORS]
    stp q2, q3, [sp, #STATE_VECTORS+32]
    .endif
    .if \vector == 8
    stp q4, q5, [sp, #STATE_VECTORS+64]
    stp q6, q7, [sp, #STATE_VECTORS+96]
    .endif
    .if \memory
    str x8, [sp, #STATE_POINTER]
    add x2, x29, #16
    str x2, [sp, #STATE_STACK]
    .endif
    ldr x1, [x17, #8]
    stp xzr, xzr, [sp, #STATE_GENERAL]
    .if \vector
    movi v0.2d, #0
    stp q0, q0, [sp, #STATE_VECTOR]
    stp q0, q0, [sp, #STATE_VECTOR+32]
    .endif
    mov x0, sp
    ldr x16, [x1]
    blr x16
    ldp x0, x1, [sp, #STATE_GENERAL]
    .if \vector
    ldp q0, q1, [sp, #STATE_VECTOR]
    ldp q2, q3, [sp, #STATE_VECTOR+32]
    .endif
    seh startepilogue
    mov sp, x29
    .cfi_def_cfa_register sp
    seh set_fp
    ldp x29, x30, [sp], #16
    .cfi_restore x29
    .cfi_restore x30
    .cfi_def_cfa_offset 0
    seh save_fplr_x, 16
    seh endepilogue
    ret
    end \name
    .endm

    closure C_SYMBOL(cbf_closure_few), 4, 0, 0
    closure C_SYMBOL(cbf_closure_few_vectors), 4, 4, 0
    closure C_SYMBOL(cbf_closure_general), 8, 0, 1
    closure C_SYMBOL(cbf_closure_aapcs64), 8, 8, 1

    // ---------------------------------------------------------------- freed slots

    begin C_SYMBOL(cbf_typed_trap)
    begin_frame
    mov x0, x17
    bl C_SYMBOL(cbf_pool_trapped)
    brk #0
    end C_SYMBOL(cbf_typed_trap)
