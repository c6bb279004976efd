// The caller of the exactness and the unwinding tests: calls a function with every register of an
// x86-64 CPU set to given bits, and reads every register back.
//
// C++ includes this file for the struct and its offsets, the assembler takes the rest.
#include "exactness.h"

#define STATE_GPR 0
#define STATE_RFLAGS 128
#define STATE_CALLED_RSP 136
#define STATE_XINUSE 144
#define STATE_COMPONENTS 152
#define STATE_X87_BY 160
#define STATE_ALIGNMENT 168
#define STATE_ASK_XINUSE 176
#define STATE_RETURNED_XINUSE 184
#define STATE_FXSAVE 192
#define STATE_LOADED 704
#define STATE_ZMM 1216
#define STATE_K 3264

// How this system's C++ calls exactness_call, unwinds through it and catches in it.
#if defined(_WIN32)
#include "exactness_coff.inc"
#elif defined(__APPLE__)
#include "exactness_macho.inc"
#else
#include "exactness_elf.inc"
#endif

#ifndef __ASSEMBLER__

#include <cstddef>
#include <cstdint>

namespace exactness {

using word = std::uint64_t;
inline constexpr std::size_t zmm_registers = 32;
inline constexpr unsigned vectors = 16;           // XMM registers
inline constexpr std::size_t handler_stack = HANDLER_STACK; // bytes between cpu and the handler's return address
inline constexpr bool passes_in_registers = true; // the first arguments of a C function
inline constexpr std::size_t first_register = FIRST_REGISTER;
inline constexpr word mode_components = ~word{0}; // of cbf_wide
#define FXSAVE "fxsave64"
#define XRSTOR "xrstor64"

inline constexpr const char *gpr_names[] = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                            "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};

enum gpr_index { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, GPRS, SP = RSP, AX = RAX, BX = RBX };

} // namespace exactness

#include "exactness.hpp"

#else

#define RAX STATE_GPR
#define RCX STATE_GPR+8
#define RDX STATE_GPR+16
#define RBX STATE_GPR+24
#define RSP STATE_GPR+32
#define RBP STATE_GPR+40
#define RSI STATE_GPR+48
#define RDI STATE_GPR+56
#define R8 STATE_GPR+64
#define R9 STATE_GPR+72
#define R10 STATE_GPR+80
#define R11 STATE_GPR+88
#define R12 STATE_GPR+96
#define R13 STATE_GPR+104
#define R14 STATE_GPR+112
#define R15 STATE_GPR+120

#define FXSAVE_ST STATE_FXSAVE+32

// The frame of exactness_call, from its RBP.
#define KEPT_RBX -8
#define KEPT_R12 -16
#define KEPT_R13 -24
#define KEPT_R14 -32
#define KEPT_R15 -40
#define KEPT_FCW -44
#define KEPT_MXCSR -48
#define KEPT_OUT -56
#define KEPT_OUTER -64 /* the frame of the call that this one is nested in */

    // What a tap goes on in: what it gets is what its caller finds.
    .text
    .p2align 4
    begin_hidden C_SYMBOL(exactness_original), @function
    .cfi_startproc
    endbr64
    ret
    .cfi_endproc
    end_hidden C_SYMBOL(exactness_original)

    .text
    .p2align 4
    begin_hidden C_SYMBOL(exactness_call), @function
    begin_outer C_SYMBOL(exactness_call)
    endbr64
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    seh pushreg, %rbp
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    sub $FRAME_SIZE, %rsp
    seh stackalloc, FRAME_SIZE
    seh setframe, %rbp, FRAME_SIZE
    mov %rbx, KEPT_RBX(%rbp)
    .cfi_offset %rbx, -24
    seh savereg, %rbx, FRAME_SIZE+KEPT_RBX
    mov %r12, KEPT_R12(%rbp)
    .cfi_offset %r12, -32
    seh savereg, %r12, FRAME_SIZE+KEPT_R12
    mov %r13, KEPT_R13(%rbp)
    .cfi_offset %r13, -40
    seh savereg, %r13, FRAME_SIZE+KEPT_R13
    mov %r14, KEPT_R14(%rbp)
    .cfi_offset %r14, -48
    seh savereg, %r14, FRAME_SIZE+KEPT_R14
    mov %r15, KEPT_R15(%rbp)
    .cfi_offset %r15, -56
    seh savereg, %r15, FRAME_SIZE+KEPT_R15
    take_arguments // to RDI, RSI, RDX
    fnstcw KEPT_FCW(%rbp)
    stmxcsr KEPT_MXCSR(%rbp)
    mov %rsi, KEPT_OUT(%rbp)
    mov frame(%rip), %rax
    mov %rax, KEPT_OUTER(%rbp)
    mov %rbp, frame(%rip)
    mov %rdx, callee(%rip)

    // RSP at the call: below it the call's own, above it CALL_ARGUMENTS bytes and, for the unwinder, RBP.
    lea -(CALL_ARGUMENTS+CALL_UNWOUND)(%rsp), %r8
    and $-16, %r8
    sub $16, %r8
    add STATE_ALIGNMENT(%rdi), %r8
    mov %rbp, CALL_ARGUMENTS(%r8)
    tell_unwinder
    // What is below RSP at the call is not what an earlier call has left there.
    mov %rdi, %r9
    lea -CALL_STACK(%r8), %rdi
    mov $CALL_STACK/8, %ecx
    mov $0x7b7b7b7b7b7b7b7b, %rax
    rep stosq
    mov %r9, %rdi
    mov %r8, STATE_CALLED_RSP(%rsi)
    mov STATE_COMPONENTS(%rdi), %r9
    mov %r9, STATE_COMPONENTS(%rsi)
    mov STATE_ASK_XINUSE(%rdi), %rax
    mov %rax, STATE_ASK_XINUSE(%rsi)

    fxrstor64 STATE_FXSAVE(%rdi) // MXCSR, too
    mov STATE_X87_BY(%rdi), %rax
    cmp $X87_BY_FNINIT, %rax
    je L(by_fninit)
    cmp $X87_BY_XRSTOR, %rax
    je L(by_xrstor)
    cmp $X87_BY_FLD_FSTP, %rax
    je L(by_fld_fstp)
    cmp $X87_BY_MMX, %rax
    je L(by_mmx)
    cmp $X87_BY_FFREE, %rax
    jne L(loaded_x87)
    fninit
    fld1
    fldpi
    fldl2e
    fldln2
    fldlg2
    ffree %st(2)
    fincstp
    jmp L(loaded_x87)
L(by_fninit):
    fninit
    jmp L(loaded_x87)
L(by_xrstor):
    mov $1, %eax
    xor %edx, %edx
    xrstor64 initial(%rip)
    jmp L(loaded_x87)
L(by_fld_fstp):
    fninit
    fld1
    fstp %st(0)
    jmp L(loaded_x87)
L(by_mmx):
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movq FXSAVE_ST+16*\n(%rdi), %mm\n
    .endr
L(loaded_x87):
    fxsave64 STATE_LOADED(%rsi)
    cmpq $0, STATE_ASK_XINUSE(%rdi)
    je L(asked_xinuse)
    mov $1, %ecx
    xgetbv
    mov %rax, STATE_XINUSE(%rsi)
L(asked_xinuse):

    test $COMPONENTS_ZMM, %r9d
    jnz L(load_zmm)
    test $COMPONENT_YMM, %r9d
    jnz L(load_ymm)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups STATE_ZMM+64*\n(%rdi), %xmm\n
    .endr
    jmp L(loaded_vectors)
L(load_ymm):
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups STATE_ZMM+64*\n(%rdi), %ymm\n
    .endr
    jmp L(loaded_vectors)
L(load_zmm):
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups STATE_ZMM+64*\n(%rdi), %zmm\n
    .endr
    .irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    vmovups STATE_ZMM+64*\n(%rdi), %zmm\n
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    kmovq STATE_K+8*\n(%rdi), %k\n
    .endr
L(loaded_vectors):

    mov %r8, %rsp
    begin_inner
    push STATE_RFLAGS(%rdi)
    popfq // from here on nothing may change a flag, and every access must be aligned
    mov RAX(%rdi), %rax
    mov RCX(%rdi), %rcx
    mov RDX(%rdi), %rdx
    mov RBX(%rdi), %rbx
    mov RBP(%rdi), %rbp
    mov RSI(%rdi), %rsi
    mov R8(%rdi), %r8
    mov R9(%rdi), %r9
    mov R10(%rdi), %r10
    mov R11(%rdi), %r11
    mov R12(%rdi), %r12
    mov R13(%rdi), %r13
    mov R14(%rdi), %r14
    mov R15(%rdi), %r15
    mov RDI(%rdi), %rdi
L(call):
    call *callee(%rip)
    begin_within C_SYMBOL(exactness_return)
    mov %rsp, returned_rsp(%rip)
    mov %rax, returned_rax(%rip)
    mov frame(%rip), %rax
    lea -FRAME_SIZE(%rax), %rsp
    pushfq
    push $2
    popfq // DF, AC and TF are off
    mov KEPT_OUT(%rax), %rax
    pop STATE_RFLAGS(%rax)
    mov %rcx, RCX(%rax)
    mov %rdx, RDX(%rax)
    mov %rbx, RBX(%rax)
    mov %rbp, RBP(%rax)
    mov %rsi, RSI(%rax)
    mov %rdi, RDI(%rax)
    mov %r8, R8(%rax)
    mov %r9, R9(%rax)
    mov %r10, R10(%rax)
    mov %r11, R11(%rax)
    mov %r12, R12(%rax)
    mov %r13, R13(%rax)
    mov %r14, R14(%rax)
    mov %r15, R15(%rax)
    mov returned_rax(%rip), %rcx
    mov %rcx, RAX(%rax)
    mov returned_rsp(%rip), %rcx
    mov %rcx, RSP(%rax)
    fxsave64 STATE_FXSAVE(%rax)
    mov STATE_COMPONENTS(%rax), %r9
    cmpq $0, STATE_ASK_XINUSE(%rax)
    je L(asked_xinuse_again)
    mov %rax, %r8
    mov $1, %ecx
    xgetbv
    mov %rax, STATE_RETURNED_XINUSE(%r8)
    mov %r8, %rax
L(asked_xinuse_again):

    test $COMPONENTS_ZMM, %r9d
    jnz L(store_zmm)
    test $COMPONENT_YMM, %r9d
    jnz L(store_ymm)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movups %xmm\n, STATE_ZMM+64*\n(%rax)
    .endr
    jmp L(stored_vectors)
L(store_zmm):
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups %zmm\n, STATE_ZMM+64*\n(%rax)
    .endr
    .irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    vmovups %zmm\n, STATE_ZMM+64*\n(%rax)
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    kmovq %k\n, STATE_K+8*\n(%rax)
    .endr
    vzeroupper
    jmp L(stored_vectors)
L(store_ymm):
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovups %ymm\n, STATE_ZMM+64*\n(%rax)
    .endr
    vzeroupper
L(stored_vectors):
    mov frame(%rip), %rbp
    end_inner
    xor %eax, %eax
L(leave):
    fninit
    fldcw KEPT_FCW(%rbp)
    ldmxcsr KEPT_MXCSR(%rbp)
    mov KEPT_OUTER(%rbp), %rcx
    mov %rcx, frame(%rip)
    mov KEPT_RBX(%rbp), %rbx
    mov KEPT_R12(%rbp), %r12
    mov KEPT_R13(%rbp), %r13
    mov KEPT_R14(%rbp), %r14
    mov KEPT_R15(%rbp), %r15
    restore_more
    .cfi_remember_state
    leave
    .cfi_restore %rbp
    .cfi_restore %rbx
    .cfi_restore %r12
    .cfi_restore %r13
    .cfi_restore %r14
    .cfi_restore %r15
    .cfi_def_cfa %rsp, 8
    ret

    // An exception arrives with the registers of the call, but RAX: the exception.
    .cfi_restore_state
L(caught):
    mov frame(%rip), %rcx
    mov KEPT_OUT(%rcx), %rdx
    mov %rsp, RSP(%rdx)
    mov %rbx, RBX(%rdx)
    mov %rbp, RBP(%rdx)
    mov %r12, R12(%rdx)
    mov %r13, R13(%rdx)
    mov %r14, R14(%rdx)
    mov %r15, R15(%rdx)
    store_more
    mov %rcx, %rbp
    lea -FRAME_SIZE(%rbp), %rsp
    catch_exception // RAX
    mov $1, %eax
    jmp L(leave)
    end_outer
    end_hidden C_SYMBOL(exactness_call)

    .bss
    .p2align 6
initial: // XSAVE area whose XSTATE_BV is 0
    .skip 576
frame:
    .skip 8
callee:
    .skip 8
returned_rsp:
    .skip 8
returned_rax:
    .skip 8

#endif
