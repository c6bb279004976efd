// The way from a typed slot to what it leads to: x86-64. What depends on the convention that C++ is compiled for, and on
// the object format, is chosen by include path.
//
// R11 points at the slot's record: the address of one of the functions below, then that of an object. The
// object's first word is the function to call.
//
// A callback's object travels as one more argument, in the first general register that the signature leaves
// free: cbf_callback_REGISTER. Nothing else changes, so the function sees the caller's call.
//
// A closure's function gets the arguments in memory:
//
//     function(state, object) → which registers of the result to load beside the usual
//
//     state + SYSV_RETURN   return address, above it the arguments on the stack
//     state + SYSV_VECTOR   XMM0 … XMM7, where the signature needs them
//     state + SYSV_GENERAL  RDI RSI RDX RCX R8 R9
//     state + STATE_VECTOR  XMM0 of the result
//     state + STATE_GENERAL RAX and RDX of the result
//     state                 cbf_v1_call
//
// Below the state is the home space of the function's own arguments, HOME_SPACE bytes.
//
// A result that the function does not set is zero.
#include "assembly.inc"
#include "calls.inc"
#include "kept.inc"

#include "arch/x86_64/frame_offsets.h"
#include "arch/x86_64/typed_offsets.h"

#define STATE(offset) HOME_SPACE+(offset)(%rsp)

    .text

    .macro begin name
    .p2align 4
    begin_hidden \name, @function
    .cfi_startproc
    seh proc, \name
    endbr64
    .endm

    .macro end name
    seh endproc
    .cfi_endproc
    end_hidden \name
    .endm

    // ---------------------------------------------------------------- callbacks

    .macro callback register
    begin C_SYMBOL(cbf_callback_)\register
    seh endprologue
    mov 8(%r11), %\register
    jmp *(%\register)
    end C_SYMBOL(cbf_callback_)\register
    .endm

    callback rdi
    callback rsi
    callback rdx
    callback rcx
    callback r8
    callback r9

    // ---------------------------------------------------------------- closures, System V

    .macro store_general count
    mov %rdi, STATE(SYSV_GENERAL)
    mov %rsi, STATE(SYSV_GENERAL+8)
    mov %rdx, STATE(SYSV_GENERAL+16)
    .if \count == 6
    mov %rcx, STATE(SYSV_GENERAL+24)
    mov %r8, STATE(SYSV_GENERAL+32)
    mov %r9, STATE(SYSV_GENERAL+40)
    .endif
    .endm

    // 8 bytes of each, two in one store: a handler may load a structure of two numbers at once, and a load
    // that takes its bytes from two stores under way has to wait for both.
    .macro store_halves count
    .if \count >= 4
    store_two_halves 0, 1
    store_two_halves 2, 3
    .endif
    .if \count == 8
    store_two_halves 4, 5
    store_two_halves 6, 7
    .endif
    .endm

    .macro store_two_halves low, high
    movlhps %xmm\high, %xmm\low
    movaps %xmm\low, STATE(SYSV_VECTOR+8*\low)
    .endm

    .macro call_function
    mov 8(%r11), ARGUMENT2
    pxor %xmm0, %xmm0
    movaps %xmm0, STATE(STATE_GENERAL)
    movaps %xmm0, STATE(STATE_VECTOR)
    .if HOME_SPACE
    lea HOME_SPACE(%rsp), ARGUMENT1
    .else
    mov %rsp, ARGUMENT1
    .endif
    call *(ARGUMENT2)
    .endm

    // In two halves, for the same reason.
    .macro load_plain
    mov STATE(STATE_GENERAL), %rax
    mov STATE(STATE_GENERAL+8), %rdx
    movq STATE(STATE_VECTOR), %xmm0
    movq STATE(STATE_VECTOR+8), %xmm1
    .endm

    // which: a LOAD_ number other than LOAD_PLAIN and LOAD_POINTER.
    .macro load_rare which
    cmp $LOAD_YMM, \which
    je 2f
    cmp $LOAD_ZMM, \which
    je 3f
    cmp $LOAD_X87, \which
    je 4f
    cmp $LOAD_COMPLEX_X87, \which
    je 5f
    movaps STATE(STATE_VECTOR), %xmm0
    jmp 9f
2:  vmovups STATE(STATE_VECTOR), %ymm0
    jmp 9f
3:  vmovups STATE(STATE_VECTOR), %zmm0
    jmp 9f
5:  fldt STATE(STATE_VECTOR+16)
4:  fldt STATE(STATE_VECTOR)
9:
    .endm

    // general: how many general registers carry arguments; halves, whole: how many vector registers, and
    // whether 8 bytes of them do or 16.
    .macro sysv name, general, halves, whole
    begin \name
    sub $SYSV_RETURN+HOME_SPACE, %rsp
    .cfi_adjust_cfa_offset SYSV_RETURN+HOME_SPACE
    seh stackalloc, SYSV_RETURN+HOME_SPACE
    seh endprologue
    store_general \general
    store_halves \halves
    .if \whole
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm\n, STATE(SYSV_VECTOR+16*\n)
    .endr
    .endif
    call_function
    test %eax, %eax
    jnz L(rare\@)
    load_plain
L(loaded\@):
    add $SYSV_RETURN+HOME_SPACE, %rsp
    .cfi_remember_state
    .cfi_def_cfa_offset 8 // not an adjustment: clang 14 forgets what .cfi_restore_state restores
    ret
    .cfi_restore_state
L(rare\@):
    cmp $LOAD_POINTER, %eax
    jne L(rarer\@)
    mov STATE(SYSV_GENERAL), %rax
    add $SYSV_RETURN+HOME_SPACE, %rsp
    .cfi_remember_state
    .cfi_def_cfa_offset 8 // not an adjustment: clang 14 forgets what .cfi_restore_state restores
    ret
    .cfi_restore_state
L(rarer\@):
    load_rare %eax
    jmp L(loaded\@)
    end \name
    .endm

    sysv C_SYMBOL(cbf_closure_sysv_few), 3, 0, 0
    sysv C_SYMBOL(cbf_closure_sysv), 6, 0, 0
    sysv C_SYMBOL(cbf_closure_sysv_xmm8_few), 3, 4, 0
    sysv C_SYMBOL(cbf_closure_sysv_xmm8), 6, 8, 0
    sysv C_SYMBOL(cbf_closure_sysv_xmm16), 6, 0, 8

    .macro begin_frame
    push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_offset %rbp, -16
    seh pushreg, %rbp
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    seh setframe, %rbp, 0
    seh endprologue
    .endm

    .macro begin_aligned size, kept
    begin_frame
    .ifnb \kept
    keep_general
    .endif
    sub $\size, %rsp
    and $-64, %rsp
    .if HOME_SPACE
    sub $HOME_SPACE, %rsp
    .endif
    lea 8(%rbp), %rax
    mov %rax, STATE(STATE_STACK)
    .endm

    // As Windows' unwinder wants to see it: Microsoft, "x64 prolog and epilog".
    .macro end_aligned
    lea (%rbp), %rsp
    .cfi_def_cfa %rsp, 16
    pop %rbp
    .cfi_def_cfa_offset 8
    .cfi_restore %rbp
    .cfi_restore %rsi
    .cfi_restore %rdi
    ret
    .endm

    // Stores as much of each vector register as this CPU has.
    .macro store_wide at, registers:vararg
    mov C_SYMBOL(cbf_x86_components)(%rip), %eax
    test $COMPONENTS_AVX512, %eax
    jnz 3f
    test $COMPONENT_AVX, %eax
    jnz 2f
    .irp n, \registers
    movaps %xmm\n, STATE(\at+64*\n)
    .endr
    jmp 9f
2:  .irp n, \registers
    vmovaps %ymm\n, STATE(\at+64*\n)
    .endr
    jmp 8f
3:  .irp n, \registers
    vmovaps %zmm\n, STATE(\at+64*\n)
    .endr
8:  vzeroupper // or the SSE code that follows would be slow
9:
    .endm

    begin C_SYMBOL(cbf_closure_sysv_wide)
    begin_aligned SYSV_WIDE_SIZE
    store_general 6
    store_wide SYSV_WIDE_VECTOR, 0, 1, 2, 3, 4, 5, 6, 7
    call_function
    test %eax, %eax
    jnz L(wide_rare)
    load_plain
L(wide_loaded):
    .cfi_remember_state
    end_aligned
    .cfi_restore_state
L(wide_rare):
    cmp $LOAD_POINTER, %eax
    jne L(wide_rarer)
    mov STATE(SYSV_GENERAL), %rax
    jmp L(wide_loaded)
L(wide_rarer):
    load_rare %eax
    jmp L(wide_loaded)
    end C_SYMBOL(cbf_closure_sysv_wide)

    // ---------------------------------------------------------------- closures, Microsoft

    .macro load_four register, move
    \move STATE(STATE_VECTOR), %\register\()0
    \move STATE(STATE_VECTOR+64), %\register\()1
    \move STATE(STATE_VECTOR+128), %\register\()2
    \move STATE(STATE_VECTOR+192), %\register\()3
    .endm

    .macro ms name, wide
    begin \name
    begin_aligned MS_SIZE, kept
    mov %rcx, 16(%rbp)
    mov %rdx, 24(%rbp)
    mov %r8, 32(%rbp)
    mov %r9, 40(%rbp)
    keep_vectors
    .if \wide
    store_wide MS_VECTOR, 0, 1, 2, 3, 4, 5
    .else
    .irp n, 0, 1, 2, 3, 4, 5
    movaps %xmm\n, STATE(MS_VECTOR+64*\n)
    .endr
    .endif
    call_function
    restore_kept
    test %eax, %eax
    jnz L(ms_rare\@)
    mov STATE(STATE_GENERAL), %rax
    movq STATE(STATE_VECTOR), %xmm0
L(ms_loaded\@):
    .cfi_remember_state
    end_aligned
    .cfi_restore_state
L(ms_rare\@):
    cmp $LOAD_POINTER, %eax
    je 1f
    cmp $LOAD_YMM, %eax
    je 2f
    cmp $LOAD_ZMM, %eax
    je 3f
    load_four xmm, movaps
    jmp L(ms_loaded\@)
1:  mov 8+MS_HOME(%rbp), %rax
    jmp L(ms_loaded\@)
2:  load_four ymm, vmovaps
    jmp L(ms_loaded\@)
3:  load_four zmm, vmovaps
    jmp L(ms_loaded\@)
    end \name
    .endm

    ms C_SYMBOL(cbf_closure_ms), 0
    ms C_SYMBOL(cbf_closure_ms_wide), 1

    // ---------------------------------------------------------------- freed slots

    begin C_SYMBOL(cbf_typed_trap)
    begin_frame
    and $-16, %rsp
    mov %r11, ARGUMENT1
    .if HOME_SPACE
    sub $HOME_SPACE, %rsp
    .endif
    call C_SYMBOL(cbf_pool_trapped)
    ud2
    end C_SYMBOL(cbf_typed_trap)
