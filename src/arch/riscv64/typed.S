// The way from a typed slot to what it leads to: 64-bit RISC-V.
//
// X6 points at the slot's record: the address of one of the functions below, then that of an object. The object's first
// word is the function to call.
//
// A callback's object travels as one more argument, in the first general register that the signature leaves free:
// cbf_callback_xN. Nothing else changes, so the function sees the caller's call.
//
// A closure's function gets the arguments in memory, and answers how the result is to be loaded:
//
//     LOAD_ number = function(state, object)
//
//     caller's SP              the arguments on the stack; CFA
//     state + STATE_ARGUMENTS  X10 … X17
//     state + STATE_RECORD     X8, X1
//     state + STATE_FLOATING   F10 … F17
//     state + STATE_VECTOR     F10 and F11 of the result
//     state + STATE_GENERAL    X10 and X11 of the result
//     state                    cbf_v1_call; SP
//
// A result that the function does not set is zero.
#include "assembly.inc"

#include "arch/riscv64/typed_offsets.h"

    .text

    .macro begin name
    .p2align 4
    begin_hidden \name, %function
    .cfi_startproc
    .endm

    .macro end name
    .cfi_endproc
    end_hidden \name
    .endm

    // ---------------------------------------------------------------- callbacks

    .macro callback register
    begin C_SYMBOL(cbf_callback_)\register
    ld \register, 8(x6)
    ld x7, 0(\register)
    jr x7
    end C_SYMBOL(cbf_callback_)\register
    .endm

    callback x10
    callback x11
    callback x12
    callback x13
    callback x14
    callback x15
    callback x16
    callback x17

    // ---------------------------------------------------------------- closures

    .macro each_argument
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    sd a\n, STATE_ARGUMENTS+8*\n(sp)
    fsd fa\n, STATE_FLOATING+8*\n(sp)
    .endr
    .endm

    begin C_SYMBOL(cbf_closure_riscv)
    addi sp, sp, -STATE_AND_ARGUMENTS
    .cfi_def_cfa_offset STATE_AND_ARGUMENTS
    sd x1, STATE_RECORD+8(sp)
    .cfi_offset x1, STATE_RECORD+8-STATE_AND_ARGUMENTS
    sd x8, STATE_RECORD(sp)
    .cfi_offset x8, STATE_RECORD-STATE_AND_ARGUMENTS
    addi x8, sp, STATE_ARGUMENTS
    .cfi_def_cfa x8, STATE_AND_ARGUMENTS-STATE_ARGUMENTS
    each_argument
    addi x5, sp, STATE_AND_ARGUMENTS
    sd x5, STATE_STACK(sp)
    sd zero, STATE_GENERAL(sp)
    sd zero, STATE_GENERAL+8(sp)
    sd zero, STATE_VECTOR(sp)
    sd zero, STATE_VECTOR+8(sp)
    ld x11, 8(x6)
    mv x10, sp
    ld x7, 0(x11)
    jalr x7
    bnez x10, L(narrow)
    fld fa0, STATE_VECTOR(sp)
    fld fa1, STATE_VECTOR+8(sp)
L(general):
    ld x10, STATE_GENERAL(sp)
    ld x11, STATE_GENERAL+8(sp)
L(return):
    ld x1, STATE_RECORD+8(sp)
    .cfi_remember_state
    ld x8, STATE_RECORD(sp)
    .cfi_def_cfa sp, STATE_AND_ARGUMENTS
    .cfi_restore x1
    .cfi_restore x8
    addi sp, sp, STATE_AND_ARGUMENTS
    .cfi_def_cfa_offset 0
    ret

    .cfi_restore_state
L(narrow):
    addi x10, x10, -LOAD_SIGNED_32
    beqz x10, L(signed_32)
    addi x10, x10, LOAD_SIGNED_32-LOAD_FLOAT
    beqz x10, L(float)
    addi x10, x10, LOAD_FLOAT-LOAD_FLOAT_FLOAT
    beqz x10, L(float_float)
    addi x10, x10, LOAD_FLOAT_FLOAT-LOAD_DOUBLE_FLOAT
    beqz x10, L(double_float)
    addi x10, x10, LOAD_DOUBLE_FLOAT-LOAD_ZERO_8
    beqz x10, L(zero_8)
    addi x10, x10, LOAD_ZERO_8-LOAD_SIGNED_8
    beqz x10, L(signed_8)
    addi x10, x10, LOAD_SIGNED_8-LOAD_ZERO_16
    beqz x10, L(zero_16)
    lh x10, STATE_GENERAL(sp)
    j L(return)
L(signed_32):
    lw x10, STATE_GENERAL(sp)
    j L(return)
L(float): // FLW extends by ones
    flw fa0, STATE_VECTOR(sp)
    fld fa1, STATE_VECTOR+8(sp)
    j L(general)
L(float_float):
    flw fa0, STATE_VECTOR(sp)
    flw fa1, STATE_VECTOR+8(sp)
    j L(return)
L(double_float):
    fld fa0, STATE_VECTOR(sp)
    flw fa1, STATE_VECTOR+8(sp)
    j L(return)
L(zero_8):
    lbu x10, STATE_GENERAL(sp)
    j L(return)
L(signed_8):
    lb x10, STATE_GENERAL(sp)
    j L(return)
L(zero_16):
    lhu x10, STATE_GENERAL(sp)
    j L(return)
    end C_SYMBOL(cbf_closure_riscv)

    // ---------------------------------------------------------------- freed slots

    begin C_SYMBOL(cbf_typed_trap)
    mv x10, x6
    tail C_SYMBOL(cbf_pool_trapped)
    end C_SYMBOL(cbf_typed_trap)
