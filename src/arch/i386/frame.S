// The way from a slot to a handler and back: i386; what depends on the object format is chosen by include path. Handlers
// are called as every system's C is: the arguments are on the stack.
//
// A slot pushes the offset of its record, its page's tail pushes EAX, finds its own address, which is
// in EAX, and jumps here; nothing else has changed since the caller's call instruction.
//
// A tap's slot calls its page's tail, which goes the same way. Its entry returns to the original with the stack of the
// call, instead of to the slot: no register is lost, but a predictor of returns is wrong once.
//
//              frame                   tap
//     ebp+16   return address          return address         <- cpu.ESP; CFA = ebp+20
//     ebp+12   offset of the record    behind the call in the slot
//     ebp+8    EAX                     EAX                    pushed by the page's tail
//     ebp+4    EFLAGS
//     ebp+0    EBP
//     ebp-4    scratch for FNSTCW
//     ebp-8    record
//     ebp-12   the components of cbf_wide that this CPU has
//     ebp-16   mask of MXCSR
//      ...     alignment to 64
//     esp+576  cbf_wide                level `all` only
//     esp+560  tap_call                its first word alone in a frame, 0
//     esp+0    cbf_cpu
//
// TF may be the caller's or that of a debugger which steps over PUSHF, and the CPU does not tell which: cpu shows none, and
// while no handler sets it, TF goes on as it is at each instruction, on the way out, too.
//
// EBX, ESI and EDI are not touched before the handler has returned: an exception's unwinder finds
// the caller's own values in the handler's frame, whatever the handler wrote to cpu.
//
// FXSAVE stores x87, MXCSR and XMM0-7, all that there is. To ask by XGETBV whether x87 is in use at all, as the entries
// of x86-64 do, saves a fifth while it is not, and costs two fifths more from then on: in 32-bit code the first float
// that a function returns ends that. On the way out, EMMS empties the tags of an x87 that a handler is to leave empty:
// no cheap instruction shows those that MMX without EMMS leaves. It can raise an exception that is pending, and makes
// TOP 0: then FXRSTOR does it.
#include "assembly.inc"
#include "far.inc"

#include "arch/i386/frame_offsets.h"
#include "arch/shape.h"

    .text

    // Stores the components of cbf_wide that the CPU has, to where wide will point. Then nothing is in the upper halves:
    // SSE code, ours and the handler's, would be slow while something is.
    .macro capture_wide wide
    lea FRAME_CPU(%esp), \wide
    mov -12(%ebp), %ecx
    mov \wide, CPU_WIDE(%esp)
    mov %ecx, WIDE_COMPONENTS(\wide)
    movl $0, WIDE_COMPONENTS+4(\wide)
    test $COMPONENT_AVX, %ecx
    jz L(captured_wide\@)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vextractf128 $1, %ymm\n, WIDE_YMM_HI128+16*\n(\wide)
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz L(captured_upper\@)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vextractf64x4 $1, %zmm\n, WIDE_ZMM_HI256+32*\n(\wide)
    kmovq %k\n, WIDE_K+8*\n(\wide)
    .endr
L(captured_upper\@):
    vzeroupper
L(captured_wide\@):
    .endm

    // Loads XMM0-7 and what is above them. Upper halves that are all zero are left in their initial
    // configuration (VZEROUPPER), so that the caller's SSE code does not slow down.
    .macro restore_vectors_and_wide wide
    lea FRAME_CPU(%esp), \wide
    mov -12(%ebp), %ecx
    test $COMPONENT_AVX, %ecx
    jz L(restore_xmm\@)
    vmovdqa WIDE_YMM_HI128(\wide), %xmm0
    .irp n, 1, 2, 3, 4, 5, 6, 7
    vorps WIDE_YMM_HI128+16*\n(\wide), %xmm0, %xmm0
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz L(check_upper\@)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vorps WIDE_ZMM_HI256+32*\n(\wide), %ymm0, %ymm0
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
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vmovaps CPU_XMM+16*\n(%esp), %xmm\n
    vinsertf128 $1, WIDE_YMM_HI128+16*\n(\wide), %ymm\n, %ymm\n
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz L(restored_wide\@)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vinsertf64x4 $1, WIDE_ZMM_HI256+32*\n(\wide), %zmm\n, %zmm\n
    .endr
L(restored_wide\@):
    .endm

    .macro restore_xmm
    .irp n, 0, 1
    movq CPU_XMM+16*\n(%esp), %xmm\n
    movhps CPU_XMM+16*\n+8(%esp), %xmm\n
    .endr
    .irp n, 2, 3, 4, 5, 6, 7
    movaps CPU_XMM+16*\n(%esp), %xmm\n
    .endr
    .endm

    // In: flags, a register with EFLAGS. Out: edx how they differ from those of now, TF apart: the handler may have changed
    // more than the status flags.
    .macro compare_flags flags
    pushf
    pop %edx
    and $~TRAP_FLAG, %edx
    xor \flags, %edx
    .endm

    // flags: %eax, with EFLAGS.
    .macro restore_status_flags flags
    bt $11, \flags
    mov %al, %ah
    setc %al
    add $127, %al // overflows where OF was set
    sahf
    .endm

    .macro fill_fpr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm0, CPU_FPR+16*\n(%esp)
    .endr
    .endm

    // tap: it is that of taps. wide: level `all`. x87: not level `sse`.
    .macro entry name, tap, wide, x87
    .if \tap
    .set L(below), 4 // the address to go on at lies there, below the return address
    .else
    .set L(below), 0
    .endif
    .p2align 6
    begin_hidden \name, @function
    .cfi_startproc
    .cfi_def_cfa %esp, 12
    endbr32
    pushf
    .cfi_adjust_cfa_offset 4
    push %ebp
    .cfi_adjust_cfa_offset 4
    .cfi_offset %ebp, -20
    mov %esp, %ebp
    .cfi_def_cfa_register %ebp
    lea -(FRAME_KEPT+FRAME_CPU+\wide*FRAME_WIDE)(%esp), %esp
    and $-FRAME_ALIGN, %esp

    mov %ecx, CPU_ECX(%esp)
    mov %edx, CPU_EDX(%esp)
    mov %ebx, CPU_EBX(%esp)
    mov %esi, CPU_ESI(%esp)
    mov %edi, CPU_EDI(%esp)
    mov 8(%ebp), %ecx
    mov %ecx, CPU_EAX(%esp)
    mov (%ebp), %ecx
    mov %ecx, CPU_EBP(%esp)
    lea FRAME_ABOVE(%ebp), %ecx
    mov %ecx, CPU_ESP(%esp)
    mov 4(%ebp), %ecx
    and $~TRAP_FLAG, %ecx
    mov %ecx, CPU_EFLAGS(%esp)
    .irp n, 0, 4, 8, 12, 16
    movl $0, CPU_FTWX+\n(%esp) // to FDP and FDS, which FXSAVE leaves alone on many an AMD
    .endr
    .if \x87
    fxsave CPU_FXSAVE(%esp)
    .else
    stmxcsr CPU_MXCSR(%esp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm\n, CPU_XMM+16*\n(%esp)
    .endr
    movl $ABSENT_X87, CPU_FCW(%esp)
    .if FILLS_ABSENT_X87
    movd CPU_FCW(%esp), %xmm0
    pshufd $0, %xmm0, %xmm0
    fill_fpr
    .endif
    .endif

    call L(own_address)
L(here\@):
    .if \tap
    mov 12(%ebp), %eax
    .else
    add 12(%ebp), %eax
    .endif
    load_address C_SYMBOL(cbf_pool_data), 0, L(here\@), %ecx, %edx
    add %edx, %eax
    .if \tap
    load_address C_SYMBOL(cbf_pool_code), POOL_TAP_RETURN, L(here\@), %ecx, %edx
    sub %edx, %eax
    mov %esp, CPU_TAP(%esp)
    mov %eax, CPU_TAP_RECORD(%esp)
    .else
    load_address C_SYMBOL(cbf_pool_code), POOL_TAIL_RETURN, L(here\@), %ecx, %edx
    sub %edx, %eax
    movl $0, CPU_TAP(%esp)
    .endif
    mov %eax, -8(%ebp)
    load_value C_SYMBOL(cbf_x86_mxcsr_mask), L(here\@), %ecx, %edx
    mov %edx, CPU_MXCSR_MASK(%esp)
    mov %edx, -16(%ebp)
    .if \wide
    load_value C_SYMBOL(cbf_x86_components), L(here\@), %ecx, %edx
    and $COMPONENTS_HERE, %edx
    mov %edx, -12(%ebp)
    .endif

    .if \wide
    capture_wide %edx
    .else
    movl $0, CPU_WIDE(%esp)
    .endif
    .if \x87
    testb $0x80, CPU_FSW(%esp) // ES: an exception is pending
    jnz L(empty_x87\@)
    cmpb $0, CPU_FTWX(%esp) // values on the stack
    jne L(empty_x87\@)
L(emptied_x87\@):
    .endif
    testl $HOSTILE_FLAGS, 4(%ebp)
    jnz L(tame_flags\@)

L(call_handler\@):
    mov -8(%ebp), %edx
    .if \tap
    mov 4(%edx), %edx
    mov TAP_ORIGINAL(%edx), %eax
    mov %eax, CPU_TAP_WAY(%esp)
    .endif
    movq (%edx), %xmm0 // handler and user in one access: cbf_frame_set stores them in one
    movd %xmm0, %eax
    psrlq $32, %xmm0
    lea -FRAME_ARGUMENTS(%esp), %esp
    mov %edx, 8(%esp)
    movd %xmm0, 4(%esp)
    lea FRAME_ARGUMENTS(%esp), %edx
    mov %edx, (%esp)
    call *%eax
    lea FRAME_ARGUMENTS(%esp), %esp

    testl $MXCSR_RESERVED, CPU_MXCSR(%esp)
    jnz L(mask_mxcsr\@)
L(load_mxcsr\@):
    ldmxcsr CPU_MXCSR(%esp)
    .if \x87
    fnstcw -4(%ebp)
    fnstsw %ax
    cmp CPU_FSW(%esp), %ax
    jne L(restore_x87\@)
    mov CPU_FCW(%esp), %eax
    cmp -4(%ebp), %ax
    jne L(restore_x87\@)
    test $X87_TOP_OR_PENDING, %eax
    jnz L(restore_x87\@)
    cmpb $0, CPU_FTWX(%esp) // values on the stack
    jne L(restore_x87\@)
    emms
L(restored_x87\@):
    .endif
    .if \wide
    restore_vectors_and_wide %edx
    .else
    restore_xmm
    .endif

    .if \tap
    cmpl $0, CPU_TAP_WAY(%esp)
    je L(skip\@)
L(way\@):
    .endif
    mov CPU_ESP(%esp), %ecx
    lea FRAME_ABOVE(%ebp), %eax
    cmp %eax, %ecx
    jne L(return_elsewhere\@)
    mov CPU_EFLAGS(%esp), %eax
    compare_flags %eax
    test $~STATUS_FLAGS, %edx
    jnz L(return\@)
    .if \tap
    mov CPU_TAP_WAY(%esp), %edx
    mov %edx, FRAME_ABOVE-4(%ebp)
    .endif
    mov CPU_EBP(%esp), %ecx
    mov %ecx, (%ebp)
    mov CPU_EBX(%esp), %ebx
    .cfi_remember_state
    mov CPU_ECX(%esp), %ecx
    mov CPU_EDX(%esp), %edx
    mov CPU_ESI(%esp), %esi
    mov CPU_EDI(%esp), %edi
    restore_status_flags %eax
    mov CPU_EAX(%esp), %eax
    leave
    .cfi_restore %ebp
    .cfi_def_cfa %esp, 16
    lea FRAME_ABOVE-4-L(below)(%esp), %esp
    .cfi_def_cfa_offset 4+L(below)
    ret

    // In: ecx the ESP to return with, esp cpu. What has to be loaded last is put below the return address there, over memory
    // that died with the call.
    .cfi_restore_state
L(return_elsewhere\@):
    cmp %esp, %ecx
    jb L(return\@)
    cmp %eax, %ecx
    jb L(bad_esp\@)
L(return\@):
    mov CPU_EBX(%esp), %ebx
    mov CPU_EDI(%esp), %edi
    mov CPU_EBP(%esp), %edx
    .cfi_register %ebp, %edx
    .cfi_def_cfa %ecx, 4 // from here on: where the return address was may be overwritten next
    mov %edx, -4-L(below)(%ecx)
    .if \tap
    mov CPU_TAP_WAY(%esp), %eax
    mov %eax, -4(%ecx)
    .endif
    lea -4-L(below)(%ecx), %ebp
    .cfi_offset %ebp, -8-L(below)
    .cfi_def_cfa %ebp, 8+L(below)
    mov CPU_ESI(%esp), %esi
    lea -FRAME_ARGUMENTS(%esp), %esp
    mov FRAME_ARGUMENTS+CPU_EFLAGS(%esp), %eax
    compare_flags %eax
    test $~(STATUS_FLAGS|DIRECTION_FLAG), %edx
    jnz L(restore_flags\@)
    test $DIRECTION_FLAG, %eax
    jz L(forwards\@)
    std
L(forwards\@):
    restore_status_flags %eax
L(restored_flags\@):
    lea FRAME_ARGUMENTS(%esp), %esp
    mov CPU_ECX(%esp), %ecx
    mov CPU_EDX(%esp), %edx
    mov CPU_EAX(%esp), %eax
    .cfi_remember_state
    leave
    .cfi_restore %ebp
    .cfi_def_cfa %esp, 4+L(below)
    ret

    .cfi_restore_state
L(restore_flags\@):
    pushf
    andl $TRAP_FLAG, (%esp)
    or %eax, (%esp)
    popf
    jmp L(restored_flags\@)

    .cfi_def_cfa %ebp, 20
    .cfi_offset %ebp, -20
    .if \x87
L(empty_x87\@):
    fninit
    fldcw CPU_FCW(%esp)
    jmp L(emptied_x87\@)
    .endif

L(tame_flags\@):
    cld
    testl $ALIGNMENT_CHECK, 4(%ebp)
    jz L(call_handler\@)
    pushf
    andl $~ALIGNMENT_CHECK, (%esp)
    popf
    jmp L(call_handler\@)

L(mask_mxcsr\@):
    mov -16(%ebp), %eax
    and %eax, CPU_MXCSR(%esp)
    jmp L(load_mxcsr\@)

    .if \x87
L(restore_x87\@):
    fxrstor CPU_FXSAVE(%esp)
    jmp L(restored_x87\@)
    .endif

    .if \tap
L(skip\@):
    call L(own_address)
L(here_too\@):
    lea L(returns)-L(here_too\@)(%ecx), %eax
    mov %eax, CPU_TAP_WAY(%esp)
    jmp L(way\@)
    .endif

L(bad_esp\@):
    mov %esp, %eax
    lea -FRAME_ARGUMENTS(%esp), %esp
    mov %eax, (%esp)
    call C_SYMBOL(cbf_entry_bad_rsp)
    ud2
    .cfi_endproc
    end_hidden \name
    .endm

    entry C_SYMBOL(cbf_entry_legacy), 0, 0, 1
    entry C_SYMBOL(cbf_entry_all), 0, 1, 1
    entry C_SYMBOL(cbf_entry_sse), 0, 0, 0
    entry C_SYMBOL(cbf_tap_legacy), 1, 0, 1
    entry C_SYMBOL(cbf_tap_all), 1, 1, 1
    entry C_SYMBOL(cbf_tap_sse), 1, 0, 0

    // Where the call of a tap goes on that its handler has return at once.
    .p2align 4
L(returns):
    .cfi_startproc
    endbr32
    ret
    .cfi_endproc

    // The handler of freed frames, called as every handler is: the third argument is the slot's record.
    .p2align 4
    begin_hidden C_SYMBOL(cbf_entry_trap), @function
    .cfi_startproc
    endbr32
    mov 12(%esp), %eax
    mov %eax, 4(%esp)
    jmp C_SYMBOL(cbf_pool_trapped)
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_entry_trap)

    // The same of taps.
    .p2align 4
    begin_hidden C_SYMBOL(cbf_tap_trap), @function
    .cfi_startproc
    endbr32
    mov 4(%esp), %eax
    mov CPU_TAP_RECORD(%eax), %eax
    mov %eax, 4(%esp)
    jmp C_SYMBOL(cbf_pool_trapped)
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_tap_trap)

    // Returns the address behind its call, in ECX.
    .p2align 4
L(own_address):
    .cfi_startproc
    mov (%esp), %ecx
    ret
    .cfi_endproc

    far_symbols C_SYMBOL(cbf_pool_data), C_SYMBOL(cbf_pool_code)
    far_symbols C_SYMBOL(cbf_x86_mxcsr_mask), C_SYMBOL(cbf_x86_components)
