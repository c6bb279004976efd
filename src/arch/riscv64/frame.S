// The way from a slot to a handler and back: 64-bit RISC-V.
//
// A slot stores X6 and X7 below the caller's SP, leaves in X6 the address POOL_JUMP_END bytes into itself, and its
// page's tail jumps here by X7; nothing else has changed since the caller's call instruction.
//
//     x8+16    the caller's SP             <- cpu.SP; CFA
//     x8+0     X6, X7                      stored by the slot
//     x8-16    X8, X1                      the frame record, as a debugger finds it from X8 (FP)
//     sp+560   cbf_wide                    level `all` only
//     sp+528   tap_call                    its first word alone in a frame, 0
//     sp+0     cbf_cpu
//
// The callee-saved registers other than X8 are not touched before the handler has returned: an exception's unwinder
// finds the caller's own values in the handler's frame, whatever the handler wrote to cpu.
//
// The slots of taps are such slots, too. Their entry jumps to the original by X6, which stubs for shared libraries change at
// any call: that is the one register which it does not find as it was. X7 may be a label that a landing pad asks for.
//
// FCSR is written only where it differs: that may take as long as all the rest.
#include "assembly.inc"

#include "arch/riscv64/frame_offsets.h"
#include "arch/shape.h"

    .text

    .macro each_general operation
    .irp n, 1, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \operation x\n, CPU_X(\n)(sp)
    .endr
    .endm

    .macro each_floating operation
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \operation f\n, CPU_F(\n)(sp)
    .endr
    .endm

    // In: x7 is X6, x6 the SP to leave with. goes_on: at x7, instead of returning.
    .macro restore_and_leave goes_on
    sd x7, -16(x6)
    each_general ld
    ld x7, CPU_X(7)(sp)
    .cfi_remember_state
    ld x8, CPU_X(8)(sp)
    .cfi_restore x1
    .cfi_restore x8
    .cfi_def_cfa x6, 0
    addi sp, x6, -16
    .cfi_def_cfa sp, 16
    ld x6, 0(sp)
    addi sp, sp, 16
    .cfi_def_cfa_offset 0
    .if \goes_on
    jr x6
    .else
    ret
    .endif
    .cfi_restore_state
    .endm

    // tap: it is that of taps. wide: level `all`.
    .macro entry name, tap, wide
    .p2align 6
    begin_hidden \name, %function
    .cfi_startproc
    .cfi_def_cfa_offset FRAME_ABOVE
    sd x1, 8(sp)
    .cfi_offset x1, -24
    sd x8, 0(sp)
    .cfi_offset x8, -32
    addi x8, sp, 16
    .cfi_def_cfa x8, 16
    addi sp, sp, -CPU_END-WIDE_SIZE*\wide

    each_general sd
    ld x10, 0(x8)
    ld x11, 8(x8)
    ld x12, -16(x8)
    addi x13, x8, 16
    sd zero, CPU_X(0)(sp)
    sd x13, CPU_X(2)(sp)
    sd x10, CPU_X(6)(sp)
    sd x11, CPU_X(7)(sp)
    sd x12, CPU_X(8)(sp)
    frcsr x10
    sd x10, CPU_FCSR(sp)
    .if \wide
    addi x11, sp, CPU_END
    sd x11, CPU_WIDE(sp)
    .else
    sd zero, CPU_WIDE(sp)
    .endif
    each_floating fsd

    lla x10, C_SYMBOL(cbf_pool_data) - POOL_JUMP_END
    lla x11, C_SYMBOL(cbf_pool_code)
    sub x10, x10, x11
    add x12, x6, x10
    .if \tap
    sd sp, CPU_TAP(sp)
    sd x12, CPU_TAP_RECORD(sp)
    ld x12, 8(x12)
    fence r, r
    ld x10, TAP_ORIGINAL(x12)
    sd x10, CPU_TAP_WAY(sp)
    .else
    sd zero, CPU_TAP(sp)
    .endif
    // User first: what store() in inline.hpp changes first is read last.
    ld x11, 8(x12)
    fence r, r
    ld x5, 0(x12)
    andi x6, x5, 1
    bnez x6, L(pair\@)
L(call_handler\@):
    mv x10, sp
    jalr x5

    ld x10, CPU_FCSR(sp)
    frcsr x11
    beq x10, x11, L(fcsr\@)
    fscsr x10
L(fcsr\@):
    ld x6, CPU_X(2)(sp)
    andi x10, x6, 15
    bnez x10, L(bad_sp\@)
    addi x11, x8, 16
    bgeu x6, x11, L(return\@)
    bgeu x6, sp, L(bad_sp\@)
L(return\@):
    each_floating fld
    // What has to be loaded last lies below the SP to return with, where nobody else's memory is: it died with the call.
    ld x7, CPU_X(6)(sp)
    .if \tap
    ld x10, CPU_TAP_WAY(sp)
    bnez x10, L(go_on\@)
    .endif
    restore_and_leave 0
    .if \tap
L(go_on\@):
    mv x7, x10
    restore_and_leave 1
    .endif

L(pair\@): // handler and user together, where they were set later: see inline.hpp
    ld x11, 7(x5)
    ld x5, -1(x5)
    j L(call_handler\@)

L(bad_sp\@):
    mv x10, sp
    call C_SYMBOL(cbf_entry_bad_sp)
    unimp
    .cfi_endproc
    end_hidden \name
    .endm

    entry C_SYMBOL(cbf_entry_legacy), 0, 0
    entry C_SYMBOL(cbf_entry_all), 0, 1
    entry C_SYMBOL(cbf_tap_legacy), 1, 0
    entry C_SYMBOL(cbf_tap_all), 1, 1

    // The handler of freed frames, called as every handler is: its third argument points at the slot's record.
    .p2align 4
    begin_hidden C_SYMBOL(cbf_entry_trap), %function
    .cfi_startproc
    mv x10, x12
    tail C_SYMBOL(cbf_pool_trapped)
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_entry_trap)

    // The same of taps.
    .p2align 4
    begin_hidden C_SYMBOL(cbf_tap_trap), %function
    .cfi_startproc
    ld x10, CPU_TAP_RECORD(x10)
    tail C_SYMBOL(cbf_pool_trapped)
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_tap_trap)
