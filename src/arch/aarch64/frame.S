// The way from a slot to a handler and back: 64-bit Arm.
//
// A slot stores X16 and X17 below the caller's SP, leaves its own address in X16, and its page's tail jumps here by X17;
// nothing else has changed since the caller's call instruction.
//
//     x29+32   the caller's SP             <- cpu.SP; CFA
//     x29+16   X16, X17                    stored by the slot
//     x29+0    X29, X30                    the frame record (AAPCS64, 6.4.6)
//     sp+832   cbf_wide                    level `all` only
//     sp+800   tap_call                    its first word alone in a frame, 0
//     sp+0     cbf_cpu
//
// The callee-saved registers other than X29 and X30 are not touched before the handler has returned: an exception's
// unwinder finds the caller's own values in the handler's frame, whatever the handler wrote to cpu.
//
// The slots of taps are such slots, too. Their entry jumps to the original by X16, which veneers may change at any call
// (AAPCS64, 6.1.1) and by which a jump may lead to `bti c`: that is the one register which it does not find as it was.
//
// FPCR and FPSR are written only where they differ: that may take as long as all the rest. Whether X18 is written at all
// the system says: its file is chosen by include path, as is what depends on the object format.
#include "assembly.inc"

#include "arch/aarch64/frame_offsets.h"
#include "x18.inc"

    .text

    // To cbf_wide at X1, whose vector_length is X2, not 0. Changes X3.
    .macro capture_scalable
    .arch_extension sve
    mov x3, x1
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    str z\n, [x3]
    add x3, x3, #WIDE_Z_SIZE
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    str p\n, [x3]
    add x3, x3, #WIDE_P_SIZE
    .endr
    rdffr p0.b
    str p0, [x3]
    .arch_extension nosve
    .endm

    // From cbf_wide at X1, the low 16 bytes of each Z from cbf_cpu at SP. Changes X3 and X4.
    .macro restore_scalable
    .arch_extension sve
    add x3, sp, #CPU_V
    mov x4, x1
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ldr q0, [x3], #16
    str q0, [x4]
    add x4, x4, #WIDE_Z_SIZE
    .endr
    add x3, x4, #WIDE_FFR-WIDE_P
    ldr p0, [x3]
    wrffr p0.b
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    ldr p\n, [x4]
    add x4, x4, #WIDE_P_SIZE
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ldr z\n, [x1]
    add x1, x1, #WIDE_Z_SIZE
    .endr
    .arch_extension nosve
    .endm

    // In: x4 and x5 are X16 and X17, x16 the SP to leave with. goes_on: at x4, instead of returning.
    .macro restore_and_leave goes_on
    stp x4, x5, [x16, #-16]
    ldr x4, [sp, #CPU_NZCV]
    msr nzcv, x4
    ldp x0, x1, [sp, #CPU_X(0)]
    ldp x2, x3, [sp, #CPU_X(2)]
    ldp x4, x5, [sp, #CPU_X(4)]
    ldp x6, x7, [sp, #CPU_X(6)]
    ldp x8, x9, [sp, #CPU_X(8)]
    ldp x10, x11, [sp, #CPU_X(10)]
    ldp x12, x13, [sp, #CPU_X(12)]
    ldp x14, x15, [sp, #CPU_X(14)]
    restore_x18_x19
    ldp x20, x21, [sp, #CPU_X(20)]
    ldp x22, x23, [sp, #CPU_X(22)]
    ldp x24, x25, [sp, #CPU_X(24)]
    ldp x26, x27, [sp, #CPU_X(26)]
    ldr x28, [sp, #CPU_X(28)]
    .cfi_remember_state
    ldp x29, x30, [sp, #CPU_X(29)]
    .cfi_restore x29
    .cfi_restore x30
    .cfi_def_cfa x16, 0
    sub sp, x16, #16
    .cfi_def_cfa sp, 16
    ldp x16, x17, [sp], #16
    .cfi_def_cfa_offset 0
    .if \goes_on
    br x16
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
    .cfi_def_cfa_offset 16
    seh proc, \name
    bti c
    seh stackalloc, 16 // what the slot has pushed
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset FRAME_ABOVE
    .cfi_offset x29, -32
    .cfi_offset x30, -24
    seh save_fplr_x, 16
    mov x29, sp
    .cfi_def_cfa x29, FRAME_ABOVE
    seh set_fp
    seh endprologue
    sub sp, sp, #CPU_END
    .if \wide
    sub sp, sp, #WIDE_SIZE & 0xfff
    .rept WIDE_SIZE >> 12 // Windows' stacks grow by the page below, and by no other
    str xzr, [sp]
    sub sp, sp, #0x1000
    .endr
    .endif

    stp x0, x1, [sp, #CPU_X(0)]
    stp x2, x3, [sp, #CPU_X(2)]
    stp x4, x5, [sp, #CPU_X(4)]
    stp x6, x7, [sp, #CPU_X(6)]
    stp x8, x9, [sp, #CPU_X(8)]
    stp x10, x11, [sp, #CPU_X(10)]
    stp x12, x13, [sp, #CPU_X(12)]
    stp x14, x15, [sp, #CPU_X(14)]
    ldp x0, x1, [x29, #16]
    stp x0, x1, [sp, #CPU_X(16)]
    stp x18, x19, [sp, #CPU_X(18)]
    stp x20, x21, [sp, #CPU_X(20)]
    stp x22, x23, [sp, #CPU_X(22)]
    stp x24, x25, [sp, #CPU_X(24)]
    stp x26, x27, [sp, #CPU_X(26)]
    ldp x2, x3, [x29]
    stp x28, x2, [sp, #CPU_X(28)]
    add x4, x29, #FRAME_ABOVE
    stp x3, x4, [sp, #CPU_X(30)]
    mrs x5, nzcv
    mrs x6, fpcr
    stp x5, x6, [sp, #CPU_NZCV]
    mrs x7, fpsr
    .if \wide
    add x1, sp, #CPU_END
    stp x7, x1, [sp, #CPU_FPSR]
    .else
    stp x7, xzr, [sp, #CPU_FPSR]
    .endif
    stp q0, q1, [sp, #CPU_V+0]
    stp q2, q3, [sp, #CPU_V+32]
    stp q4, q5, [sp, #CPU_V+64]
    stp q6, q7, [sp, #CPU_V+96]
    stp q8, q9, [sp, #CPU_V+128]
    stp q10, q11, [sp, #CPU_V+160]
    stp q12, q13, [sp, #CPU_V+192]
    stp q14, q15, [sp, #CPU_V+224]
    stp q16, q17, [sp, #CPU_V+256]
    stp q18, q19, [sp, #CPU_V+288]
    stp q20, q21, [sp, #CPU_V+320]
    stp q22, q23, [sp, #CPU_V+352]
    stp q24, q25, [sp, #CPU_V+384]
    stp q26, q27, [sp, #CPU_V+416]
    stp q28, q29, [sp, #CPU_V+448]
    stp q30, q31, [sp, #CPU_V+480]
    .if \wide
    adrp x3, PAGE_OF(C_SYMBOL(cbf_aarch64_has_sve), 0)
    ldr w3, [x3, OFFSET_OF(C_SYMBOL(cbf_aarch64_has_sve), 0)]
    add x4, x1, #WIDE_VECTOR_LENGTH & ~0xfff
    str xzr, [x4, #WIDE_VECTOR_LENGTH & 0xfff]
    cbz w3, L(captured\@)
    .arch_extension sve
    rdvl x2, #1
    .arch_extension nosve
    str x2, [x4, #WIDE_VECTOR_LENGTH & 0xfff]
    capture_scalable
L(captured\@):
    .endif

    adrp x3, PAGE_OF(C_SYMBOL(cbf_pool_data), 0)
    add x3, x3, OFFSET_OF(C_SYMBOL(cbf_pool_data), 0)
    adrp x4, PAGE_OF(C_SYMBOL(cbf_pool_code), 0)
    add x4, x4, OFFSET_OF(C_SYMBOL(cbf_pool_code), 0)
    sub x3, x3, x4
    add x2, x16, x3
    .if \tap
    mov x4, sp
    str x4, [sp, #CPU_TAP]
    str x2, [sp, #CPU_TAP_RECORD]
    add x4, x2, #8
    ldar x2, [x4]
    ldr x3, [x2, #TAP_ORIGINAL]
    str x3, [sp, #CPU_TAP_WAY]
    .else
    str xzr, [sp, #CPU_TAP]
    .endif
    // User first: what store() in inline.hpp changes first is read last.
    add x4, x2, #8
    ldar x1, [x4]
    ldr x3, [x2]
    tbnz x3, #0, L(pair\@)
L(call_handler\@):
    mov x0, sp
    blr x3

    ldp x2, x3, [sp, #CPU_FPCR] // and FPSR
    mrs x4, fpcr
    cmp x4, x2
    b.eq L(fpcr\@)
    msr fpcr, x2
L(fpcr\@):
    mrs x4, fpsr
    cmp x4, x3
    b.eq L(fpsr\@)
    msr fpsr, x3
L(fpsr\@):
    ldr x16, [sp, #CPU_SP]
    add x4, x29, #FRAME_ABOVE
    mov x5, sp
    tst x16, #15
    b.ne L(bad_sp\@)
    cmp x16, x4
    b.hs L(return\@)
    cmp x16, x5
    b.hs L(bad_sp\@)
L(return\@):
    .if \wide
    add x1, sp, #CPU_END
    adrp x3, PAGE_OF(C_SYMBOL(cbf_aarch64_has_sve), 0)
    ldr w3, [x3, OFFSET_OF(C_SYMBOL(cbf_aarch64_has_sve), 0)]
    cbz w3, L(no_scalable\@)
    restore_scalable
    b L(restored\@)
L(no_scalable\@):
    .endif
    ldp q0, q1, [sp, #CPU_V+0]
    ldp q2, q3, [sp, #CPU_V+32]
    ldp q4, q5, [sp, #CPU_V+64]
    ldp q6, q7, [sp, #CPU_V+96]
    ldp q8, q9, [sp, #CPU_V+128]
    ldp q10, q11, [sp, #CPU_V+160]
    ldp q12, q13, [sp, #CPU_V+192]
    ldp q14, q15, [sp, #CPU_V+224]
    ldp q16, q17, [sp, #CPU_V+256]
    ldp q18, q19, [sp, #CPU_V+288]
    ldp q20, q21, [sp, #CPU_V+320]
    ldp q22, q23, [sp, #CPU_V+352]
    ldp q24, q25, [sp, #CPU_V+384]
    ldp q26, q27, [sp, #CPU_V+416]
    ldp q28, q29, [sp, #CPU_V+448]
    ldp q30, q31, [sp, #CPU_V+480]
L(restored\@):
    // What has to be loaded last lies below the SP to return with, where nobody else's memory is: it died with the call.
    ldp x4, x5, [sp, #CPU_X(16)]
    .if \tap
    ldr x6, [sp, #CPU_TAP_WAY]
    cbnz x6, L(go_on\@)
    .endif
    restore_and_leave 0
    .if \tap
L(go_on\@):
    mov x4, x6
    restore_and_leave 1
    .endif

L(pair\@): // handler and user together, where they were set later: see inline.hpp
    and x3, x3, #~1
    ldp x3, x1, [x3]
    b L(call_handler\@)

L(bad_sp\@):
    mov x0, sp
    bl C_SYMBOL(cbf_entry_bad_sp)
    brk #0
    seh endproc
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
    bti c
    mov x0, x2
    b C_SYMBOL(cbf_pool_trapped)
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_entry_trap)

    // The same of taps.
    .p2align 4
    begin_hidden C_SYMBOL(cbf_tap_trap), %function
    .cfi_startproc
    bti c
    ldr x0, [x0, #CPU_TAP_RECORD]
    b C_SYMBOL(cbf_pool_trapped)
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_tap_trap)
