// The way from a slot to a handler and back: x86-64. What depends on the convention that handlers are called by, and on
// the object format, is chosen by include path.
//
// A slot pushes the offset of its record, its page's tail pushes the address of the page of
// records and jumps here; nothing else has changed since the caller's call instruction.
//
// A tap's slot calls its page's tail, which jumps here:
//
//              frame                   tap
//     rbp+32   return address          return address         <- cpu.RSP; CFA = rbp+40
//     rbp+24   offset of the record    where in the slot the entry returns to
//     rbp+16   page of records         nothing
//     rbp+8    RFLAGS, to be compared on the way out: as the handler is called with
//     rbp+0    RBP
//     rbp-8    scratch for FNSTCW
//      ...     alignment to 64
//     rsp+704  cbf_wide                level `all` only
//     rsp+656  tap_call                its first word alone in a frame, 0
//     rsp+0    cbf_cpu
//
// The callee-saved registers other than RBP are not touched before the handler has returned: an
// exception's unwinder finds the caller's own values in the handler's frame, whatever the handler
// wrote to cpu.
//
// To an unwinder a tap's slot is not there: what it walks to from here is the caller. The entry of a tap ends in the slot,
// which jumps to the original with the stack of the call.
//
// The ways out end as Windows' unwinder wants to see it (Microsoft, "x64 prolog and epilog"): LEA from the frame
// pointer, POP, RET.
//
// What is rarely live is asked for and paid for only then:
// - x87: XGETBV with ECX=1 says whether the whole x87 state is in its initial configuration
//   (Intel SDM vol. 1, 13.6: XINUSE); only if not, FXSAVE64 reads it. XGETBV is the last of what captures: little else
//   runs beside it, but the stores before it drain meanwhile. Nothing cheaper is certain: FXAM sees one register and
//   changes the status word. A handler must find an empty x87 stack, so values on it are moved to cpu and come back by
//   FXRSTOR64, as does whatever the handler changed.
//   Tags apart from the rest, as MMX without EMMS leaves them, no cheap instruction shows: EMMS empties them,
//   whatever they are. It can raise an exception that is pending, and makes TOP 0: then FXRSTOR64 does it.
// - RFLAGS: the status flags come back by SAHF and ADD, DF by STD; POPFQ is for the others. TF may be the caller's or
//   that of a debugger which steps over PUSHFQ, and the CPU does not tell which: cpu shows none, and while no handler
//   sets it, TF goes on as it is at each instruction, on the way out, too.
#include "assembly.inc"
#include "calls.inc"

#include "arch/shape.h"
#include "arch/x86_64/frame_offsets.h"

    .text

    // but_first: XMM0 has been stored.
    .macro capture_xmm but_first=0
    .if !\but_first
    movaps %xmm0, CPU_XMM(%rsp)
    .endif
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps %xmm\n, CPU_XMM+16*\n(%rsp)
    .endr
    .endm

    // Stores XMM0-15 and the components of cbf_wide that the CPU has, to where wide will point. Then nothing is in the upper
    // halves: SSE code, ours and the handler's, would be slow while something is.
    .macro capture_vectors_and_wide wide
    lea FRAME_CPU(%rsp), \wide
    mov C_SYMBOL(cbf_x86_components)(%rip), %ecx
    mov \wide, CPU_WIDE(%rsp)
    mov %rcx, WIDE_COMPONENTS(\wide)
    test $COMPONENT_AVX, %ecx
    jz L(capture_xmm\@)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovaps %xmm\n, CPU_XMM+16*\n(%rsp)
    vextractf128 $1, %ymm\n, WIDE_YMM_HI128+16*\n(\wide)
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz L(captured_upper\@)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vextractf64x4 $1, %zmm\n, WIDE_ZMM_HI256+32*\n(\wide)
    .endr
    .irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    vmovups %zmm\n, WIDE_HI16_ZMM+64*(\n-16)(\wide)
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    kmovq %k\n, WIDE_K+8*\n(\wide)
    .endr
L(captured_upper\@):
    vzeroupper
    jmp L(captured_wide\@)
L(capture_xmm\@):
    capture_xmm
L(captured_wide\@):
    .endm

    // Loads XMM0-15 and what is above them. Upper halves that are all zero are left in their initial
    // configuration (VZEROUPPER), so that the caller's SSE code does not slow down.
    .macro restore_vectors_and_wide wide
    lea FRAME_CPU(%rsp), \wide
    mov C_SYMBOL(cbf_x86_components)(%rip), %ecx
    test $COMPONENT_AVX, %ecx
    jz L(restore_xmm\@)
    vmovdqa WIDE_YMM_HI128(\wide), %xmm0
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vorps WIDE_YMM_HI128+16*\n(\wide), %xmm0, %xmm0
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz L(check_upper\@)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    or_into_ymm0 WIDE_ZMM_HI256+32*\n(\wide)
    .endr
    .irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    vmovups WIDE_HI16_ZMM+64*(\n-16)(\wide), %zmm\n
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    kmovq WIDE_K+8*\n(\wide), %k\n
    .endr
L(check_upper\@):
    vptest %ymm0, %ymm0
    jnz L(restore_upper\@)
    vzeroupper
L(restore_xmm\@):
    restore_xmm
    jmp L(restored_wide\@)
L(restore_upper\@):
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vmovaps CPU_XMM+16*\n(%rsp), %xmm\n
    vinsertf128 $1, WIDE_YMM_HI128+16*\n(\wide), %ymm\n, %ymm\n
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz L(restored_wide\@)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vinsertf64x4 $1, WIDE_ZMM_HI256+32*\n(\wide), %zmm\n, %zmm\n
    .endr
L(restored_wide\@):
    .endm

    .macro or_into_ymm0 memory
    vorps \memory, %ymm0, %ymm0
    .endm

    .macro restore_xmm
    .irp n, 0, 1
    movq CPU_XMM+16*\n(%rsp), %xmm\n
    movhps CPU_XMM+16*\n+8(%rsp), %xmm\n
    .endr
    .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movaps CPU_XMM+16*\n(%rsp), %xmm\n
    .endr
    .endm

    // flags: %eax, with RFLAGS.
    .macro restore_status_flags flags
    bt $11, \flags
    mov %al, %ah
    setc %al
    add $127, %al // overflows where OF was set
    sahf
    .endm

    .macro fill_fpr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm0, CPU_FPR+16*\n(%rsp)
    .endr
    .endm

    // Loads what handlers get as their third argument, the handler, and its user. Changes XMM0.
    .macro load_handler tap, third, handler, user
    .if \tap
    lea C_SYMBOL(cbf_pool_data)-POOL_TAP_RETURN(%rip), \handler
    lea C_SYMBOL(cbf_pool_code)(%rip), \user
    sub \user, \handler
    add 24(%rbp), \handler
    mov %rsp, CPU_TAP(%rsp)
    mov \handler, CPU_TAP_RECORD(%rsp)
    mov 8(\handler), \third
    mov TAP_ORIGINAL(\third), \handler
    mov \handler, CPU_TAP_WAY(%rsp)
    .else
    movq $0, CPU_TAP(%rsp)
    mov 16(%rbp), \third
    add 24(%rbp), \third
    .endif
    movdqa (\third), %xmm0 // handler and user in one access: cbf_frame_set stores them in one
    movq %xmm0, \handler
    movhlps %xmm0, %xmm0
    movq %xmm0, \user
    .endm

    // What no callee preserves.
    .macro restore_volatile
    mov CPU_RCX(%rsp), %rcx
    mov CPU_RDX(%rsp), %rdx
    mov CPU_RSI(%rsp), %rsi
    mov CPU_RDI(%rsp), %rdi
    mov CPU_R8(%rsp), %r8
    mov CPU_R9(%rsp), %r9
    mov CPU_R10(%rsp), %r10
    mov CPU_R11(%rsp), %r11
    mov CPU_RAX(%rsp), %rax
    .endm

    // tap: it is that of taps. wide: level `all`. x87: not level `sse`. early: loads the handler before all else is captured.
    // To a tap's it takes two loads more, so where a handler stores by its user the processor learns late: the next STMXCSR
    // waited for that, a third of a call.
    .macro entry name, tap, wide, x87, early=0
    .if \tap
    .set L(kept_rbp), FRAME_ABOVE-16 // where RBP lies on the way out
    .else
    .set L(kept_rbp), FRAME_ABOVE-8 // over the offset of the record
    .endif
    .p2align 6
    begin_hidden \name, @function
    .cfi_startproc
    seh proc, \name
    .if \tap
    .cfi_def_cfa %rsp, 16
    seh stackalloc, 8
    endbr64
    lea -8(%rsp), %rsp
    .cfi_adjust_cfa_offset 8
    seh stackalloc, 8
    .else
    .cfi_def_cfa %rsp, 24
    seh stackalloc, 16
    endbr64
    .endif
    pushfq
    .cfi_adjust_cfa_offset 8
    seh stackalloc, 8
    push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_offset %rbp, -40
    seh pushreg, %rbp
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    seh setframe, %rbp, 0
    seh endprologue
    lea -(FRAME_KEPT+FRAME_CPU+\wide*FRAME_WIDE)(%rsp), %rsp
    and $-FRAME_ALIGN, %rsp

    mov %rax, CPU_RAX(%rsp)
    mov %rcx, CPU_RCX(%rsp)
    mov %rdx, CPU_RDX(%rsp)
    mov %rbx, CPU_RBX(%rsp)
    mov %rsi, CPU_RSI(%rsp)
    mov %rdi, CPU_RDI(%rsp)
    mov %r8, CPU_R8(%rsp)
    mov %r9, CPU_R9(%rsp)
    mov %r10, CPU_R10(%rsp)
    mov %r11, CPU_R11(%rsp)
    mov %r12, CPU_R12(%rsp)
    mov %r13, CPU_R13(%rsp)
    mov %r14, CPU_R14(%rsp)
    mov %r15, CPU_R15(%rsp)
    .if \early
    movaps %xmm0, CPU_XMM(%rsp)
    load_handler \tap, %r9, %r10, %r11
    .endif
    mov (%rbp), %rax
    mov %rax, CPU_RBP(%rsp)
    lea FRAME_ABOVE(%rbp), %rax
    mov %rax, CPU_RSP(%rsp)
    mov 8(%rbp), %r8
    and $~TRAP_FLAG, %r8
    mov %r8, CPU_EFLAGS(%rsp)
    stmxcsr CPU_MXCSR(%rsp)

    .if \wide
    capture_vectors_and_wide %rdx
    .else
    capture_xmm \early
    movq $0, CPU_WIDE(%rsp)
    .endif
    mov C_SYMBOL(cbf_x86_mxcsr_mask)(%rip), %ecx
    mov %ecx, CPU_MXCSR_MASK(%rsp)
    movq $0, CPU_FIP(%rsp)
    movq $0, CPU_FDP(%rsp)
    .if \x87
    movq $INITIAL_FCW, CPU_FCW(%rsp)
    mov C_SYMBOL(cbf_x86_xinuse)(%rip), %eax // 1: XGETBV cannot tell here, take x87 for in use
    mov $1, %ecx
    test %eax, %eax
    jnz L(asked\@)
    xgetbv
L(asked\@):
    test $1, %al
    jnz L(capture_x87\@)
    pxor %xmm0, %xmm0
    fill_fpr
L(captured_x87\@):
    .else
    movq $ABSENT_X87, CPU_FCW(%rsp)
    .if FILLS_ABSENT_X87
    movq CPU_FCW(%rsp), %xmm0
    pshufd $0, %xmm0, %xmm0
    fill_fpr
    .endif
    .endif
    test $HOSTILE_FLAGS, %r8d
    jnz L(tame_flags\@)

L(call_handler\@):
    .if \early
    mov %r9, ARGUMENT3
    mov %r10, %rax
    mov %r11, ARGUMENT2
    .else
    load_handler \tap, ARGUMENT3, %rax, ARGUMENT2
    .endif
    mov %rsp, ARGUMENT1
    .if HOME_SPACE
    sub $HOME_SPACE, %rsp
    .endif
    call *%rax
    .if HOME_SPACE
    add $HOME_SPACE, %rsp
    .endif

    testl $MXCSR_RESERVED, CPU_MXCSR(%rsp)
    jnz L(mask_mxcsr\@)
L(load_mxcsr\@):
    ldmxcsr CPU_MXCSR(%rsp)
    .if \x87
    fnstcw -8(%rbp)
    fnstsw %ax
    cmp CPU_FSW(%rsp), %ax
    jne L(restore_x87\@)
    mov CPU_FCW(%rsp), %eax
    cmp -8(%rbp), %ax
    jne L(restore_x87\@)
    test $X87_TOP_OR_PENDING, %eax
    jnz L(restore_x87\@)
    cmpb $0, CPU_FTWX(%rsp) // values on the stack
    jne L(restore_x87\@)
    cmpl $0, C_SYMBOL(cbf_x86_emms)(%rip)
    je L(ask_x87\@)
L(empty_tags\@):
    emms
L(restored_x87\@):
    .endif
    .if \wide
    restore_vectors_and_wide %rdx
    .else
    restore_xmm
    .endif

    mov CPU_EFLAGS(%rsp), %rax
    mov 8(%rbp), %r8
    and $~TRAP_FLAG, %r8
    xor %rax, %r8
    .if \tap
    mov CPU_TAP_WAY(%rsp), %r10
    mov 24(%rbp), %r9
    test %r10, %r10
    jz L(skip\@)
L(way\@):
    .endif
    mov CPU_RSP(%rsp), %rcx
    lea FRAME_ABOVE(%rbp), %rdx
    cmp %rdx, %rcx
    jne L(return_elsewhere\@)
    test $~STATUS_FLAGS, %r8
    jnz L(return\@)
    .if \tap
    put_way %r10, %r9, %rdx
    .endif
    mov CPU_RBP(%rsp), %rcx
    mov %rcx, L(kept_rbp)(%rbp)
    mov CPU_RBX(%rsp), %rbx
    .cfi_remember_state
    .cfi_offset %rbp, L(kept_rbp)-FRAME_ABOVE-8
    mov CPU_R12(%rsp), %r12
    mov CPU_R13(%rsp), %r13
    mov CPU_R14(%rsp), %r14
    mov CPU_R15(%rsp), %r15
    restore_status_flags %eax
    restore_volatile
    lea L(kept_rbp)(%rbp), %rsp
    .cfi_def_cfa %rsp, FRAME_ABOVE+8-L(kept_rbp)
    pop %rbp
    .cfi_restore %rbp
    .cfi_adjust_cfa_offset -8
    ret

    // In: rcx the RSP to return with, rsp cpu, rax RFLAGS, r8 how they differ from those of now, r9 and r10 of a tap as
    // for put_way. What has to be
    // loaded last is put below the return address there, over memory that died with the call.
    .cfi_restore_state
L(return_elsewhere\@):
    cmp %rsp, %rcx
    jb L(return\@)
    cmp %rdx, %rcx
    jb L(bad_rsp\@)
L(return\@):
    mov CPU_RBX(%rsp), %rbx
    mov CPU_R12(%rsp), %r12
    mov CPU_R13(%rsp), %r13
    mov CPU_R14(%rsp), %r14
    mov CPU_R15(%rsp), %r15
    mov CPU_RBP(%rsp), %rdx
    .cfi_register %rbp, %rdx
    .cfi_def_cfa %rcx, 8 // from here on: where the return address was may be overwritten next
    .if \tap
    put_way %r10, %r9, %rcx
    .endif
    mov %rdx, L(kept_rbp)-FRAME_ABOVE(%rcx)
    mov %rdx, -FRAME_ABOVE(%rcx) // a frame as the entry's own, for Windows' unwinder
    lea -FRAME_ABOVE(%rcx), %rbp
    .cfi_offset %rbp, L(kept_rbp)-FRAME_ABOVE-8
    .cfi_def_cfa %rbp, 40
    test $~(STATUS_FLAGS|DIRECTION_FLAG), %r8
    jnz L(restore_flags\@)
    test $DIRECTION_FLAG, %eax
    jz L(forwards\@)
    std
L(forwards\@):
    restore_status_flags %eax
L(restored_flags\@):
    restore_volatile
    lea L(kept_rbp)(%rbp), %rsp
    .cfi_remember_state
    .cfi_def_cfa %rsp, FRAME_ABOVE+8-L(kept_rbp)
    pop %rbp
    .cfi_restore %rbp
    .cfi_adjust_cfa_offset -8
    ret

    .cfi_restore_state
L(restore_flags\@):
    lea -HOME_SPACE(%rsp), %rsp
    pushfq
    andq $TRAP_FLAG, (%rsp)
    or %rax, (%rsp)
    popfq
    lea HOME_SPACE(%rsp), %rsp
    jmp L(restored_flags\@)

    .cfi_def_cfa %rbp, 40
    .cfi_offset %rbp, -40
    .if \x87
L(capture_x87\@):
    .if \early
    movaps CPU_XMM(%rsp), %xmm0
    .endif
    fxsave64 CPU_FXSAVE(%rsp)
    mov CPU_FCW(%rsp), %rax
    test $0x800000, %eax // FSW.ES: an exception is pending
    jnz L(empty_x87\@)
    cmpb $0, CPU_FTWX(%rsp)
    jne L(empty_x87\@)
    cmp $INITIAL_FCW, %eax
    jne L(captured_x87\@)
    cmpl $0, C_SYMBOL(cbf_x86_xinuse)(%rip)
    jne L(captured_x87\@)
    xor %edx, %edx
    mov $1, %eax
    xrstor64 initial_x87(%rip) // nothing to lose, and XGETBV can tell from now on; after FNINIT it could not
    jmp L(captured_x87\@)
L(empty_x87\@):
    fninit
    fldcw CPU_FCW(%rsp)
    jmp L(captured_x87\@)
    .endif

L(tame_flags\@):
    cld
    andl $~HOSTILE_FLAGS, 8(%rbp)
    test $ALIGNMENT_CHECK, %r8d
    jz L(call_handler\@)
    pushfq
    andl $~ALIGNMENT_CHECK, (%rsp)
    popfq
    jmp L(call_handler\@)

L(mask_mxcsr\@):
    mov C_SYMBOL(cbf_x86_mxcsr_mask)(%rip), %eax
    and %eax, CPU_MXCSR(%rsp)
    jmp L(load_mxcsr\@)

    .if \x87
L(ask_x87\@):
    mov $1, %ecx
    xgetbv
    test $1, %al
    jz L(restored_x87\@)
    jmp L(empty_tags\@)

L(restore_x87\@):
    fxrstor64 CPU_FXSAVE(%rsp)
    jmp L(restored_x87\@)
    .endif

    .if \tap
L(skip\@):
    lea C_SYMBOL(cbf_tap_returns)(%rip), %r10
    jmp L(way\@)
    .endif

L(bad_rsp\@):
    mov %rsp, ARGUMENT1
    .if HOME_SPACE
    sub $HOME_SPACE, %rsp
    .endif
    call C_SYMBOL(cbf_entry_bad_rsp)
    ud2
    seh endproc
    .cfi_endproc
    end_hidden \name
    .endm

    read_only_data
    .p2align 6
initial_x87: // an XSAVE area whose header says: everything in its initial configuration
    .skip 576
    .text

    entry C_SYMBOL(cbf_entry_legacy), 0, 0, 1
    entry C_SYMBOL(cbf_entry_all), 0, 1, 1
    entry C_SYMBOL(cbf_entry_sse), 0, 0, 0
    entry C_SYMBOL(cbf_tap_legacy), 1, 0, 1, early=1
    entry C_SYMBOL(cbf_tap_all), 1, 1, 1
    entry C_SYMBOL(cbf_tap_sse), 1, 0, 0, early=1

    // Where the call of a tap goes on that its handler has return at once.
    .p2align 4
    begin_hidden C_SYMBOL(cbf_tap_returns), @function
    .cfi_startproc
    endbr64
    ret
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_tap_returns)

    // The handler of freed frames, called as every handler is: its third argument points at the slot's record.
    .p2align 4
    begin_hidden C_SYMBOL(cbf_entry_trap), @function
    .cfi_startproc
    endbr64
    mov ARGUMENT3, ARGUMENT1
    jmp C_SYMBOL(cbf_pool_trapped)
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_entry_trap)

    // The same of taps.
    .p2align 4
    begin_hidden C_SYMBOL(cbf_tap_trap), @function
    .cfi_startproc
    endbr64
    mov CPU_TAP_RECORD(ARGUMENT1), ARGUMENT1
    jmp C_SYMBOL(cbf_pool_trapped)
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_tap_trap)
