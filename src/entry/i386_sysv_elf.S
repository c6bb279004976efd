// The way from a slot to a handler and back: i386, handlers called by the System V ABI (as by every
// other system's C: the arguments are on the stack), ELF.
//
// A slot pushes the offset of its record, its page's tail pushes EAX, finds its own address, which is
// in EAX, and jumps here; nothing else has changed since the caller's call instruction.
//
//     ebp+16   return address          <- cpu.ESP; CFA = ebp+20
//     ebp+12   offset of the record    pushed by the slot
//     ebp+8    EAX                     pushed by the page's tail
//     ebp+4    EFLAGS, to be compared on the way out; inverted if they were changed for the handler
//     ebp+0    EBP
//     ebp-4    scratch for FNSTCW
//     ebp-8    record
//     ebp-12   the components of cbf_wide that this CPU has
//     ebp-16   whether XGETBV cannot tell what is in use
//     ebp-20   mask of MXCSR
//      ...     alignment to 64
//     esp+576  cbf_wide                level `all` only
//     esp+0    cbf_cpu
//
// EBX, ESI and EDI are not touched before the handler has returned: an exception's unwinder finds
// the caller's own values in the handler's frame, whatever the handler wrote to cpu.
//
// What is rarely live is asked for and paid for only then, as x86_64.inc explains.
#include "i386_offsets.h"

#include "pool/shape.h"

    .text

    .macro capture_xmm
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm\n, CPU_XMM+16*\n(%esp)
    .endr
    .endm

    // Stores XMM0-7 and the components of cbf_wide that the CPU has. Then nothing is in the upper
    // halves: SSE code, ours and the handler's, would be slow while something is.
    .macro capture_vectors_and_wide
    lea FRAME_CPU(%esp), %edx
    mov -12(%ebp), %ecx
    mov %edx, CPU_WIDE(%esp)
    mov %ecx, WIDE_COMPONENTS(%edx)
    movl $0, WIDE_COMPONENTS+4(%edx)
    test $COMPONENT_AVX, %ecx
    jz .Lcapture_xmm
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vmovaps %xmm\n, CPU_XMM+16*\n(%esp)
    vextractf128 $1, %ymm\n, WIDE_YMM_HI128+16*\n(%edx)
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz .Lcaptured_upper
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vextractf64x4 $1, %zmm\n, WIDE_ZMM_HI256+32*\n(%edx)
    kmovq %k\n, WIDE_K+8*\n(%edx)
    .endr
.Lcaptured_upper:
    vzeroupper
    jmp .Lcaptured_wide
.Lcapture_xmm:
    capture_xmm
.Lcaptured_wide:
    .endm

    // Loads XMM0-7 and what is above them. Upper halves that are all zero are left in their initial
    // configuration (VZEROUPPER), so that the caller's SSE code does not slow down.
    .macro restore_vectors_and_wide
    lea FRAME_CPU(%esp), %edx
    mov -12(%ebp), %ecx
    test $COMPONENT_AVX, %ecx
    jz .Lrestore_xmm
    vmovdqa WIDE_YMM_HI128(%edx), %xmm0
    .irp n, 1, 2, 3, 4, 5, 6, 7
    vorps WIDE_YMM_HI128+16*\n(%edx), %xmm0, %xmm0
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz .Lcheck_upper
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vorps WIDE_ZMM_HI256+32*\n(%edx), %ymm0, %ymm0
    kmovq WIDE_K+8*\n(%edx), %k\n
    .endr
.Lcheck_upper:
    vptest %ymm0, %ymm0
    jnz .Lrestore_upper
    vzeroupper
.Lrestore_xmm:
    restore_xmm
    jmp .Lrestored_wide
.Lrestore_upper:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vmovaps CPU_XMM+16*\n(%esp), %xmm\n
    vinsertf128 $1, WIDE_YMM_HI128+16*\n(%edx), %ymm\n, %ymm\n
    .endr
    test $COMPONENTS_AVX512, %ecx
    jz .Lrestored_wide
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vinsertf64x4 $1, WIDE_ZMM_HI256+32*\n(%edx), %zmm\n, %zmm\n
    .endr
.Lrestored_wide:
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

    .macro entry name, wide
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 6
\name:
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
    mov %ecx, CPU_EFLAGS(%esp)
    stmxcsr CPU_MXCSR(%esp)

    call cbf_entry_own_address
.Lhere\@:
    add 12(%ebp), %eax
    lea cbf_pool_data - .Lhere\@(%ecx), %edx
    add %edx, %eax
    lea cbf_pool_code + POOL_TAIL_RETURN - .Lhere\@(%ecx), %edx
    sub %edx, %eax
    mov %eax, -8(%ebp)
    mov cbf_x86_mxcsr_mask - .Lhere\@(%ecx), %edx
    mov %edx, CPU_MXCSR_MASK(%esp)
    mov %edx, -20(%ebp)
    .if \wide
    mov cbf_x86_components - .Lhere\@(%ecx), %edx
    and $COMPONENTS_HERE, %edx
    mov %edx, -12(%ebp)
    .endif

    mov cbf_x86_xinuse - .Lhere\@(%ecx), %eax // 1: XGETBV cannot tell here, take x87 for in use
    mov %eax, -16(%ebp)
    mov $1, %ecx
    test %eax, %eax
    jnz .Lasked\@
    xgetbv
.Lasked\@:
    .if \wide
    capture_vectors_and_wide
    .else
    capture_xmm
    movl $0, CPU_WIDE(%esp)
    .endif
    test $1, %al
    jnz .Lcapture_x87\@
    pxor %xmm0, %xmm0
    movl $INITIAL_FCW, CPU_FCW(%esp)
    .irp n, 0, 4, 8, 12, 16
    movl $0, CPU_FTWX+\n(%esp) // to FDP and FDS; AC may be on: nothing wider is aligned here
    .endr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm0, CPU_FPR+16*\n(%esp)
    .endr
.Lcaptured_x87\@:
    testl $HOSTILE_FLAGS, 4(%ebp)
    jnz .Ltame_flags\@

.Lcall_handler\@:
    mov -8(%ebp), %edx
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
    jnz .Lmask_mxcsr\@
.Lload_mxcsr\@:
    ldmxcsr CPU_MXCSR(%esp)
    fnstcw -4(%ebp)
    fnstsw %ax
    cmp CPU_FSW(%esp), %ax
    jne .Lrestore_x87\@
    mov CPU_FCW(%esp), %eax
    cmp -4(%ebp), %ax
    jne .Lrestore_x87\@
    cmpb $0, CPU_FTWX(%esp) // values on the stack
    jne .Lrestore_x87\@
.Lrestored_x87\@:
    .if \wide
    restore_vectors_and_wide
    .else
    restore_xmm
    .endif

    mov CPU_ESP(%esp), %ecx
    lea FRAME_ABOVE(%ebp), %eax
    cmp %eax, %ecx
    jne .Lreturn_elsewhere\@
    mov CPU_EFLAGS(%esp), %eax
    mov 4(%ebp), %edx
    xor %eax, %edx
    test $~STATUS_FLAGS, %edx
    jnz .Lreturn\@
    mov CPU_EBP(%esp), %ecx
    mov %ecx, (%ebp)
    mov CPU_EBX(%esp), %ebx
    .cfi_remember_state
    mov CPU_ECX(%esp), %ecx
    mov CPU_EDX(%esp), %edx
    mov CPU_ESI(%esp), %esi
    mov CPU_EDI(%esp), %edi
    bt $11, %eax
    mov %al, %ah
    setc %al
    add $127, %al // overflows where OF was set
    sahf
    mov CPU_EAX(%esp), %eax
    leave
    .cfi_restore %ebp
    .cfi_def_cfa %esp, 16
    lea FRAME_ABOVE-4(%esp), %esp
    .cfi_def_cfa_offset 4
    ret

    // In: ecx the ESP to return with, esp cpu. What has to be loaded last is put below the return
    // address there, over memory that died with the call.
    .cfi_restore_state
.Lreturn_elsewhere\@:
    cmp %esp, %ecx
    jb .Lreturn\@
    cmp %eax, %ecx
    jb .Lbad_esp\@
.Lreturn\@:
    mov CPU_EBX(%esp), %ebx
    mov CPU_ESI(%esp), %esi
    mov CPU_EDI(%esp), %edi
    mov CPU_EFLAGS(%esp), %eax
    mov CPU_EBP(%esp), %edx
    .cfi_register %ebp, %edx
    .cfi_def_cfa %ecx, 4 // from here on: where the return address was may be overwritten next
    mov %edx, -4(%ecx)
    mov %eax, -8(%ecx)
    lea -8(%ecx), %ebp
    .cfi_offset %ebp, -8
    .cfi_def_cfa %ebp, 12
    mov CPU_EAX(%esp), %eax
    mov CPU_ECX(%esp), %ecx
    mov CPU_EDX(%esp), %edx
    mov %ebp, %esp
    .cfi_def_cfa %esp, 12
    popf
    .cfi_def_cfa_offset 8
    pop %ebp
    .cfi_restore %ebp
    .cfi_def_cfa_offset 4
    ret

    .cfi_def_cfa %ebp, 20
    .cfi_offset %ebp, -20
.Lcapture_x87\@:
    fxsave CPU_FXSAVE(%esp)
    mov CPU_FCW(%esp), %eax
    test $0x800000, %eax // FSW.ES: an exception is pending
    jnz .Lempty_x87\@
    cmpb $0, CPU_FTWX(%esp)
    jne .Lempty_x87\@
    cmp $INITIAL_FCW, %eax
    jne .Lcaptured_x87\@
    cmpl $0, -16(%ebp)
    jne .Lcaptured_x87\@
    call cbf_entry_own_address
.Lthere\@:
    xor %edx, %edx
    mov $1, %eax
    xrstor initial_x87 - .Lthere\@(%ecx) // nothing to lose, and XGETBV can tell from now on; after FNINIT it could not
    jmp .Lcaptured_x87\@
.Lempty_x87\@:
    fninit
    fldcw CPU_FCW(%esp)
    jmp .Lcaptured_x87\@

.Ltame_flags\@:
    mov 4(%ebp), %eax
    notl 4(%ebp)
    and $~HOSTILE_FLAGS, %eax
    push %eax
    popf
    jmp .Lcall_handler\@

.Lmask_mxcsr\@:
    mov -20(%ebp), %eax
    and %eax, CPU_MXCSR(%esp)
    jmp .Lload_mxcsr\@

.Lrestore_x87\@:
    fxrstor CPU_FXSAVE(%esp)
    jmp .Lrestored_x87\@

.Lbad_esp\@:
    mov %esp, %eax
    lea -FRAME_ARGUMENTS(%esp), %esp
    mov %eax, (%esp)
    call cbf_entry_bad_rsp
    ud2
    .cfi_endproc
    .size \name, . - \name
    .endm

    .section .rodata
    .p2align 6
initial_x87: // an XSAVE area whose header says: everything in its initial configuration
    .skip 576
    .text

    entry cbf_entry_legacy, 0
    entry cbf_entry_all, 1

    // The handler of freed frames, called as every handler is: the third argument is the slot's record.
    .globl cbf_entry_trap
    .hidden cbf_entry_trap
    .type cbf_entry_trap, @function
    .p2align 4
cbf_entry_trap:
    .cfi_startproc
    endbr32
    mov 12(%esp), %eax
    mov %eax, 4(%esp)
    jmp cbf_pool_trapped
    .cfi_endproc
    .size cbf_entry_trap, . - cbf_entry_trap

    // Returns the address behind its call, in ECX.
    .type cbf_entry_own_address, @function
    .p2align 4
cbf_entry_own_address:
    .cfi_startproc
    mov (%esp), %ecx
    ret
    .cfi_endproc
    .size cbf_entry_own_address, . - cbf_entry_own_address

#include "assembly/note_elf.inc"
