// The caller of the exactness and the unwinding tests: calls a function with every register of a 64-bit Arm CPU set to
// given bits, and reads every register back.
//
// C++ includes this file for the struct and its offsets, the assembler takes the rest.
#if !defined(EXACTNESS_AARCH64) // #pragma once is none of the assembler's
#define EXACTNESS_AARCH64

#define STATE_GPR 0
#define STATE_NZCV 256
#define STATE_FPCR 264
#define STATE_FPSR 272
#define STATE_CALLED_SP 280
#define STATE_VECTOR_LENGTH 288
#define STATE_CALL_BY 296
#define STATE_CALLEE 304
#define STATE_RETURNED_TO 312
#define STATE_Z 320
#define STATE_P 8512
#define STATE_FFR 9024
#define STATE_Z_SIZE 256
#define STATE_P_SIZE 32

// Which register the caller calls by.
#define BY_X9 0
#define BY_X16 1
#define BY_X17 2

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
                                            "X22", "X23", "X24", "X25", "X26", "X27", "X28", "X29", "X30", "SP"};

enum gpr_index {
    X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15,
    X16, X17, X18, X19, X20, X21, X22, X23, X24, X25, X26, X27, X28, X29, X30, SP, GPRS
};

/// Every register of a CPU.
struct alignas(16) state {
    word gpr[GPRS]; // the stack pointer: out only
    word nzcv;
    word fpcr;
    word fpsr;
    word called_sp;     // out: the stack pointer at the call instruction
    word vector_length; // in: of SVE, in bytes; 0: without it
    word call_by;       // in: BY_*
    word callee;        // out: what that register held
    word returned_to;   // out: what the call left in X30
    std::uint8_t z[32][STATE_Z_SIZE]; // V registers are the low bytes
    std::uint8_t p[16][STATE_P_SIZE];
    std::uint8_t ffr[STATE_P_SIZE];
};

static_assert(offsetof(state, nzcv) == STATE_NZCV && offsetof(state, fpcr) == STATE_FPCR);
static_assert(offsetof(state, fpsr) == STATE_FPSR && offsetof(state, called_sp) == STATE_CALLED_SP);
static_assert(offsetof(state, vector_length) == STATE_VECTOR_LENGTH && offsetof(state, call_by) == STATE_CALL_BY);
static_assert(offsetof(state, callee) == STATE_CALLEE && offsetof(state, returned_to) == STATE_RETURNED_TO);
static_assert(offsetof(state, z) == STATE_Z && offsetof(state, p) == STATE_P && offsetof(state, ffr) == STATE_FFR);

} // namespace exactness

extern "C" {
/// Calls function with the registers of *in and stores what they are on return in *out. CALL_ARGUMENTS bytes above SP are
/// the callee's to pop. Returns 1 if the call ended with a C++ exception, which is caught; then only SP and the
/// callee-saved registers of *out are set, to what the unwinder restored. Calls may nest, in one thread.
int exactness_call(const exactness::state *in, exactness::state *out, const void *function);
}

#else

#if defined(__APPLE__)
#include "exactness_macho.inc"
#else
#include "exactness_elf.inc"
#endif

// The frame of exactness_call, from its X29.
#define KEPT_X19 16
#define KEPT_D8 96
#define KEPT_FPCR 160
#define KEPT_FPSR 168
#define KEPT_OUT 176
#define KEPT_OUTER 184    /* the frame of the call that this one is nested in */
#define KEPT_RETURNED 192 /* SP, below which X0 and X1 are */
#define FRAME_SIZE 208

    // X2 to X28 in pairs but X18 and X19, from or to a state.
    .macro middle_registers instruction, base
    \instruction x2, x3, [\base, #16]
    \instruction x4, x5, [\base, #32]
    \instruction x6, x7, [\base, #48]
    \instruction x8, x9, [\base, #64]
    \instruction x10, x11, [\base, #80]
    \instruction x12, x13, [\base, #96]
    \instruction x14, x15, [\base, #112]
    \instruction x16, x17, [\base, #128]
    \instruction x20, x21, [\base, #160]
    \instruction x22, x23, [\base, #176]
    \instruction x24, x25, [\base, #192]
    \instruction x26, x27, [\base, #208]
    .endm

    .macro vectors instruction, bank, base, scratch
    add \scratch, \base, #STATE_Z
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \instruction \bank\n, [\scratch]
    add \scratch, \scratch, #STATE_Z_SIZE
    .endr
    .endm

    .macro predicates instruction, base, scratch
    add \scratch, \base, #STATE_P & ~0xfff
    add \scratch, \scratch, #STATE_P & 0xfff
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    \instruction p\n, [\scratch]
    add \scratch, \scratch, #STATE_P_SIZE
    .endr
    .endm

    // A variable of this file in a register.
    .macro load_variable register, name
    adrp \register, PAGE_OF(\name, 0)
    ldr \register, [\register, OFFSET_OF(\name, 0)]
    .endm

    // The address of what is called lies below SP.
    .macro load_and_call register
    middle_registers ldp, x0
    load_x18_x19 x0
    ldp x28, x29, [x0, #224]
    ldr x30, [x0, #240]
    ldp x0, x1, [x0]
    ldr \register, [sp, #-16]
    blr \register
    b L(returned)
    .endm

    // What a tap goes on in: what it gets is what its caller finds.
    .text
    .p2align 4
    begin_hidden C_SYMBOL(exactness_original), %function
    .cfi_startproc
    bti c
    ret
    .cfi_endproc
    end_hidden C_SYMBOL(exactness_original)

    .text
    .p2align 4
    begin_hidden C_SYMBOL(exactness_call), %function
    begin_outer
    bti c
    stp x29, x30, [sp, #-FRAME_SIZE]!
    .cfi_def_cfa_offset FRAME_SIZE
    .cfi_offset x29, -FRAME_SIZE
    .cfi_offset x30, -FRAME_SIZE+8
    mov x29, sp
    .cfi_def_cfa_register x29
    .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
    str x\n, [x29, #KEPT_X19+8*(\n-19)]
    .cfi_offset x\n, KEPT_X19+8*(\n-19)-FRAME_SIZE
    .endr
    .irp n, 8, 9, 10, 11, 12, 13, 14, 15
    str d\n, [x29, #KEPT_D8+8*(\n-8)]
    .cfi_offset d\n, KEPT_D8+8*(\n-8)-FRAME_SIZE
    .endr
    mrs x3, fpcr
    mrs x4, fpsr
    stp x3, x4, [x29, #KEPT_FPCR]
    load_variable x3, L(frame)
    stp x1, x3, [x29, #KEPT_OUT] // and KEPT_OUTER
    adrp x3, PAGE_OF(L(frame), 0)
    str x29, [x3, OFFSET_OF(L(frame), 0)]

    // SP at the call: below it the call's own, above it CALL_ARGUMENTS bytes and, for the unwinder, X29.
    sub x9, sp, #CALL_ARGUMENTS
    sub x9, x9, #16
    add x3, x9, #CALL_ARGUMENTS
    str x29, [x3]
    sub x3, x9, #CALL_STACK
    ldr x4, =0x7b7b7b7b7b7b7b7b
L(fill):
    stp x4, x4, [x3], #16
    cmp x3, x9
    b.ne L(fill)
    str x2, [x9, #-16]
    str x9, [x1, #STATE_CALLED_SP]
    str x2, [x1, #STATE_CALLEE]
    ldr x10, [x0, #STATE_VECTOR_LENGTH]
    ldr x11, [x0, #STATE_CALL_BY]
    str x10, [x1, #STATE_VECTOR_LENGTH]
    str x11, [x1, #STATE_CALL_BY]

    cbz x10, L(load_vectors)
    .arch_extension sve
    add x3, x0, #STATE_FFR & ~0xfff
    add x3, x3, #STATE_FFR & 0xfff
    ldr p0, [x3]
    wrffr p0.b
    predicates ldr, x0, x3
    vectors ldr, z, x0, x3
    .arch_extension nosve
    b L(loaded_vectors)
L(load_vectors):
    vectors ldr, q, x0, x3
L(loaded_vectors):
    ldp x3, x4, [x0, #STATE_FPCR]
    msr fpcr, x3
    msr fpsr, x4
    mov sp, x9
    // From here CFA = what lies CALL_ARGUMENTS above SP, + FRAME_SIZE: breg31(SP) 8192; deref; plus_uconst FRAME_SIZE
    .cfi_remember_state
    .cfi_escape 0x0f, 8, 0x8f, 0x80, 0xc0, 0x00, 0x06, 0x23, 0xd0, 0x01
    cmp x11, #BY_X16
    ldr x3, [x0, #STATE_NZCV]
    b.eq L(by_x16)
    b.hi L(by_x17)
    msr nzcv, x3
L(call):
    load_and_call x9
L(by_x16):
    msr nzcv, x3
    load_and_call x16
L(by_x17):
    msr nzcv, x3
    load_and_call x17
L(after_calls):

    // SP is the callee's: what is below it is nobody's.
L(returned):
    stp x0, x1, [sp, #-16]
    mov x1, sp
    load_variable x0, L(frame)
    str x1, [x0, #KEPT_RETURNED]
    mov sp, x0
    ldr x1, [x0, #KEPT_OUT]
    middle_registers stp, x1
    stp x18, x19, [x1, #144]
    stp x28, x29, [x1, #224]
    mov x29, x0
    .cfi_restore_state
    str x30, [x1, #240]
    str x30, [x1, #STATE_RETURNED_TO]
    ldr x2, [x0, #KEPT_RETURNED]
    str x2, [x1, #STATE_GPR+8*31]
    ldp x3, x4, [x2, #-16]
    stp x3, x4, [x1]
    mrs x2, nzcv
    mrs x3, fpcr
    stp x2, x3, [x1, #STATE_NZCV]
    mrs x4, fpsr
    str x4, [x1, #STATE_FPSR]
    ldr x10, [x1, #STATE_VECTOR_LENGTH]
    cbz x10, L(store_vectors)
    .arch_extension sve
    predicates str, x1, x3
    rdffr p0.b
    add x3, x1, #STATE_FFR & ~0xfff
    add x3, x3, #STATE_FFR & 0xfff
    str p0, [x3]
    vectors str, z, x1, x3
    .arch_extension nosve
    b L(stored_vectors)
L(store_vectors):
    vectors str, q, x1, x3
L(stored_vectors):
    mov w0, #0
L(leave):
    ldp x3, x4, [x29, #KEPT_FPCR]
    msr fpcr, x3
    msr fpsr, x4
    ldr x3, [x29, #KEPT_OUTER]
    adrp x4, PAGE_OF(L(frame), 0)
    str x3, [x4, OFFSET_OF(L(frame), 0)]
    .irp n, 8, 9, 10, 11, 12, 13, 14, 15
    ldr d\n, [x29, #KEPT_D8+8*(\n-8)]
    .endr
    .irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
    ldr x\n, [x29, #KEPT_X19+8*(\n-19)]
    .endr
    .cfi_remember_state
    ldp x29, x30, [sp], #FRAME_SIZE
    .cfi_def_cfa sp, 0
    ret

    // An exception arrives with the registers of the call, but X0: the exception.
    .cfi_restore_state
L(caught):
    bti j
    mov x2, sp
    load_variable x3, L(frame)
    ldr x1, [x3, #KEPT_OUT]
    str x2, [x1, #STATE_GPR+8*31]
    stp x19, x20, [x1, #STATE_GPR+8*19]
    stp x21, x22, [x1, #STATE_GPR+8*21]
    stp x23, x24, [x1, #STATE_GPR+8*23]
    stp x25, x26, [x1, #STATE_GPR+8*25]
    stp x27, x28, [x1, #STATE_GPR+8*27]
    str x29, [x1, #STATE_GPR+8*29]
    add x2, x1, #STATE_Z
    .irp n, 8, 9, 10, 11, 12, 13, 14, 15
    str d\n, [x2, #STATE_Z_SIZE*\n]
    .endr
    mov x29, x3
    mov sp, x29
    bl C_SYMBOL(__cxa_begin_catch)
    bl C_SYMBOL(__cxa_end_catch)
    mov w0, #1
    b L(leave)
    end_outer C_SYMBOL(exactness_call), L(after_calls), L(frame)

#if defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
#endif
#endif
