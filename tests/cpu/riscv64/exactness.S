// The caller of the exactness and the unwinding tests: calls a function with every register of a 64-bit RISC-V CPU set to
// given bits, and reads every register back. X3 and X4, which belong to the linker and to threads, stay as they are.
//
// C++ includes this file for the struct and its offsets, the assembler takes the rest.
#if !defined(EXACTNESS_RISCV64) // #pragma once is none of the assembler's
#define EXACTNESS_RISCV64

#define STATE_GPR 0
#define STATE_FPR 256
#define STATE_FCSR 512
#define STATE_CALLED_SP 520
#define STATE_CALL_BY 528
#define STATE_CALLEE 536
#define STATE_RETURNED_TO 544

// Which register the caller calls by.
#define BY_X1 0
#define BY_X6 1
#define BY_X31 2

// Bytes above SP at the call that the callee may pop, and bytes below that are not what an earlier call has left there.
#define CALL_ARGUMENTS 8192
#define CALL_STACK 4096

#ifndef __ASSEMBLER__

#include <cstddef>
#include <cstdint>

namespace exactness {

using word = std::uint64_t;

inline constexpr const char *gpr_names[] = {"X0",  "X1",  "X2",  "X3",  "X4",  "X5",  "X6",  "X7",  "X8",  "X9",  "X10",
                                            "X11", "X12", "X13", "X14", "X15", "X16", "X17", "X18", "X19", "X20", "X21",
                                            "X22", "X23", "X24", "X25", "X26", "X27", "X28", "X29", "X30", "X31"};

enum gpr_index {
    X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15,
    X16, X17, X18, X19, X20, X21, X22, X23, X24, X25, X26, X27, X28, X29, X30, X31, GPRS, SP = X2
};

/// Every register of a CPU.
struct alignas(16) state {
    word gpr[GPRS]; // the stack pointer, X3 and X4: out only
    word fpr[32];
    word fcsr;
    word called_sp;   // out: the stack pointer at the call instruction
    word call_by;     // in: BY_*
    word callee;      // out: what that register held
    word returned_to; // out: what the call left in X1
};

static_assert(offsetof(state, fpr) == STATE_FPR && offsetof(state, fcsr) == STATE_FCSR);
static_assert(offsetof(state, called_sp) == STATE_CALLED_SP && offsetof(state, call_by) == STATE_CALL_BY);
static_assert(offsetof(state, callee) == STATE_CALLEE && offsetof(state, returned_to) == STATE_RETURNED_TO);

} // namespace exactness

extern "C" {
/// Calls function with the registers of *in and stores what they are on return in *out. CALL_ARGUMENTS bytes above SP are
/// the callee's to pop. Returns 1 if the call ended with a C++ exception, which is caught; then only SP and the
/// callee-saved registers of *out are set, to what the unwinder restored. Calls may nest, in one thread.
int exactness_call(const exactness::state *in, exactness::state *out, const void *function);
}

#else

#include "object/elf/assembly.inc"

// The frame of exactness_call, from its X8.
#define KEPT_X1 0
#define KEPT_X8 8
#define KEPT_X9 16
#define KEPT_X18 24
#define KEPT_F8 104
#define KEPT_F9 112
#define KEPT_F18 120
#define KEPT_FCSR 200
#define KEPT_OUT 208
#define KEPT_OUTER 216    /* the frame of the call that this one is nested in */
#define KEPT_RETURNED 224 /* SP, below which X5 and X6 are */
#define FRAME_SIZE 240

    // All of a state but X0 to X6, whose address is X5.
    .macro high_registers instruction
    .irp n, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    \instruction x\n, STATE_GPR+8*\n(x5)
    .endr
    .endm

    .macro floating_registers instruction, base
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \instruction f\n, STATE_FPR+8*\n(\base)
    .endr
    .endm

    .macro kept_registers general, floating, base
    \general x9, KEPT_X9(\base)
    \floating f8, KEPT_F8(\base)
    \floating f9, KEPT_F9(\base)
    .irp n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    \general x\n, KEPT_X18+8*(\n-18)(\base)
    \floating f\n, KEPT_F18+8*(\n-18)(\base)
    .endr
    .endm

    // The address of what is called lies below SP.
    .macro load_and_call register
    high_registers ld
    ld x1, STATE_GPR+8(x5)
    ld x6, STATE_GPR+8*6(x5)
    ld x31, STATE_GPR+8*31(x5)
    ld x5, STATE_GPR+8*5(x5)
    ld \register, -16(sp)
    jalr x1, \register
    j L(returned)
    .endm

    // What a tap goes on in: what it gets is what its caller finds.
    .text
    .p2align 4
    begin_hidden C_SYMBOL(exactness_original), %function
    .cfi_startproc
    ret
    .cfi_endproc
    end_hidden C_SYMBOL(exactness_original)

    .text
    .p2align 4
    .option norelax // the table of exceptions counts bytes
    begin_hidden C_SYMBOL(exactness_call), %function
    .cfi_startproc
    .cfi_personality 0x9b, DW.ref.__gxx_personality_v0
    .cfi_lsda 0x1b, L(exceptions)
    addi sp, sp, -FRAME_SIZE
    .cfi_def_cfa_offset FRAME_SIZE
    sd x1, KEPT_X1(sp)
    .cfi_offset x1, KEPT_X1-FRAME_SIZE
    sd x8, KEPT_X8(sp)
    .cfi_offset x8, KEPT_X8-FRAME_SIZE
    mv x8, sp
    .cfi_def_cfa_register x8
    kept_registers sd, fsd, x8
    .cfi_offset x9, KEPT_X9-FRAME_SIZE
    .cfi_offset f8, KEPT_F8-FRAME_SIZE
    .cfi_offset f9, KEPT_F9-FRAME_SIZE
    .irp n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    .cfi_offset x\n, KEPT_X18+8*(\n-18)-FRAME_SIZE
    .cfi_offset f\n, KEPT_F18+8*(\n-18)-FRAME_SIZE
    .endr
    frcsr x5
    sd x5, KEPT_FCSR(x8)
    sd x11, KEPT_OUT(x8)
    lla x5, L(frame)
    ld x6, 0(x5)
    sd x6, KEPT_OUTER(x8)
    sd x8, 0(x5)

    // SP at the call: below it the call's own, above it CALL_ARGUMENTS bytes and, for the unwinder, X8.
    li x5, CALL_ARGUMENTS+16
    sub x7, sp, x5
    sd x8, -16(sp)
    li x5, CALL_STACK
    sub x5, x7, x5
    li x6, 0x7b7b7b7b7b7b7b7b
L(fill):
    sd x6, 0(x5)
    addi x5, x5, 8
    bne x5, x7, L(fill)
    sd x12, -16(x7)
    sd x7, STATE_CALLED_SP(x11)
    sd x12, STATE_CALLEE(x11)
    ld x12, STATE_CALL_BY(x10)
    sd x12, STATE_CALL_BY(x11)
    floating_registers fld, x10
    ld x5, STATE_FCSR(x10)
    fscsr x5
    mv x5, x10
    mv sp, x7
    // From here CFA = what lies CALL_ARGUMENTS above SP, + FRAME_SIZE: breg2(SP) 8192; deref; plus_uconst FRAME_SIZE
    .cfi_remember_state
    .cfi_escape 0x0f, 8, 0x72, 0x80, 0xc0, 0x00, 0x06, 0x23, 0xf0, 0x01
    li x6, BY_X6
    beq x12, x6, L(by_x6)
    bgtu x12, x6, L(by_x31)
L(call):
    load_and_call x1
L(by_x6):
    load_and_call x6
L(by_x31):
    load_and_call x31
L(after_calls):

    // SP is the callee's: what is below it is nobody's.
L(returned):
    sd x5, -16(sp)
    sd x6, -8(sp)
    lla x5, L(frame)
    ld x6, 0(x5)
    sd sp, KEPT_RETURNED(x6)
    ld x5, KEPT_OUT(x6)
    mv sp, x6
    high_registers sd
    mv x8, x6
    .cfi_restore_state
    sd x1, STATE_GPR+8(x5)
    sd x1, STATE_RETURNED_TO(x5)
    sd x3, STATE_GPR+8*3(x5)
    sd x4, STATE_GPR+8*4(x5)
    sd x31, STATE_GPR+8*31(x5)
    sd zero, STATE_GPR(x5)
    ld x6, KEPT_RETURNED(x8)
    sd x6, STATE_GPR+8*2(x5)
    ld x7, -16(x6)
    ld x6, -8(x6)
    sd x7, STATE_GPR+8*5(x5)
    sd x6, STATE_GPR+8*6(x5)
    frcsr x6
    sd x6, STATE_FCSR(x5)
    floating_registers fsd, x5
    li x10, 0
L(leave):
    ld x5, KEPT_FCSR(x8)
    fscsr x5
    ld x5, KEPT_OUTER(x8)
    lla x6, L(frame)
    sd x5, 0(x6)
    kept_registers ld, fld, x8
    ld x1, KEPT_X1(sp)
    .cfi_remember_state
    ld x8, KEPT_X8(sp)
    .cfi_def_cfa sp, FRAME_SIZE
    addi sp, sp, FRAME_SIZE
    .cfi_def_cfa_offset 0
    ret

    // An exception arrives with the registers of the call, but X10: the exception.
    .cfi_restore_state
L(caught):
    lla x5, L(frame)
    ld x6, 0(x5)
    ld x5, KEPT_OUT(x6)
    sd sp, STATE_GPR+8*2(x5)
    .irp n, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd x\n, STATE_GPR+8*\n(x5)
    fsd f\n, STATE_FPR+8*\n(x5)
    .endr
    mv x8, x6
    mv sp, x8
    call __cxa_begin_catch@plt
    call __cxa_end_catch@plt
    li x10, 1
    j L(leave)
    .cfi_endproc
    end_hidden C_SYMBOL(exactness_call)

    .section .gcc_except_table, "a", %progbits
    .p2align 2
L(exceptions):
    .byte 0xff // landing pads relative to the function
    .byte 0x9b // types: indirect, PC-relative, 4 bytes
    .byte L(types_size) // this assembler knows no ULEB128 of what the linker may change
    .byte 3 // call sites in numbers of 4 bytes
    .byte 13 // so many bytes
    .4byte L(call) - C_SYMBOL(exactness_call), L(after_calls) - L(call), L(caught) - C_SYMBOL(exactness_call)
    .byte 1
    .byte 1, 0 // actions
    .4byte 0 // catch (...)
    .set L(types_size), 2 + 13 + 2 + 4

    .hidden DW.ref.__gxx_personality_v0
    .weak DW.ref.__gxx_personality_v0
    .section .data.rel.local.DW.ref.__gxx_personality_v0, "awG", %progbits, DW.ref.__gxx_personality_v0, comdat
    .p2align 3
    .type DW.ref.__gxx_personality_v0, %object
    .size DW.ref.__gxx_personality_v0, 8
DW.ref.__gxx_personality_v0:
    .quad __gxx_personality_v0

    .bss
    .p2align 3
L(frame):
    .skip 8

    .section .note.GNU-stack, "", %progbits
#endif
#endif
