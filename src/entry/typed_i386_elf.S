// The way from a typed slot to what it leads to: i386, C++ compiled for cdecl, ELF.
//
// EAX points at the slot's record: the address of one of the functions below, then that of an object. The
// object's first word is the function to call.
//
// A callback's object travels as one more argument where the convention has a register left:
// cbf_callback_REGISTER. Nothing else changes, so the function sees the caller's call.
//
// A closure's function gets the arguments in memory, those on the stack where they are:
//
//     function(state, object) → what of the result to load, and how much to pop
//
//     EBP + 8     arguments on the stack
//     EBP + 4     return address
//     EBP         EBP of the caller
//     EBP - 4     ECX
//     EBP - 8     EDX
//                 up to 60 bytes: the caller aligned its stack to 4 only
//     state + …   where vectors travel in registers: XMM0 … XMM5 and MM0 … MM2
//     state       cbframe::detail::call_state, with the result
//     state - 12  object
//     state - 16  state
//
// A result that the function does not set is zero.
#include "typed_i386_offsets.h"
#include "x86.h"

    .text

    .macro begin name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    endbr32
    .endm

    .macro end name
    .cfi_endproc
    .size \name, . - \name
    .endm

    .macro push_frame_pointer
    push %ebp
    .cfi_adjust_cfa_offset 4
    .cfi_offset %ebp, -8
    mov %esp, %ebp
    .cfi_def_cfa_register %ebp
    .endm

    // ---------------------------------------------------------------- callbacks

    .macro callback register
    begin cbf_callback_\register
    mov 4(%eax), %\register
    jmp *(%\register)
    end cbf_callback_\register
    .endm

    callback ecx
    callback edx

    // ---------------------------------------------------------------- closures

    .macro begin_closure name, size, alignment
    begin \name
    push_frame_pointer
    push %ecx
    push %edx
    sub $\size, %esp
    and $-\alignment, %esp
    lea 4(%ebp), %edx
    mov %edx, STATE_STACK(%esp)
    .endm

    // Out: eax what to load, ecx fourths of the bytes to pop, esp the state.
    .macro call_function
    mov 4(%eax), %eax
    pxor %xmm0, %xmm0
    movaps %xmm0, STATE_GENERAL(%esp)
    movaps %xmm0, STATE_VECTOR(%esp)
    mov %esp, %ecx
    sub $8, %esp
    push %eax
    push %ecx
    call *(%eax)
    add $16, %esp
    mov %eax, %ecx
    shr $LOAD_POP_SHIFT, %ecx
    and $LOAD_MASK, %eax
    .endm

    .macro load_plain
    mov STATE_GENERAL(%esp), %eax
    mov STATE_GENERAL+4(%esp), %edx
    .endm

    // In: eax a LOAD_ number other than LOAD_PLAIN, those that are for all entries.
    .macro load_rare loaded
    cmp $LOAD_POINTER, %eax
    je 1f
    cmp $LOAD_ECX, %eax
    je 2f
    cmp $LOAD_FLOAT, %eax
    je 3f
    cmp $LOAD_DOUBLE, %eax
    je 4f
    cmp $LOAD_X87, %eax
    je 5f
    cmp $LOAD_MMX, %eax
    je 6f
    movaps STATE_VECTOR(%esp), %xmm0
    jmp \loaded
1:  mov 8(%ebp), %eax
    jmp \loaded
2:  mov -4(%ebp), %eax
    jmp \loaded
3:  flds STATE_VECTOR(%esp)
    jmp \loaded
4:  fldl STATE_VECTOR(%esp)
    jmp \loaded
5:  fldt STATE_VECTOR(%esp)
    jmp \loaded
6:  movq STATE_VECTOR(%esp), %mm0
    jmp \loaded
    .endm

    // In: ecx fourths of the bytes to pop. The return address moves up, so that a plain ret finds it.
    .macro return
    test %ecx, %ecx
    jnz 1f
    .cfi_remember_state
    leave
    .cfi_def_cfa %esp, 4
    .cfi_restore %ebp
    ret
    .cfi_restore_state
1:  pushl 4(%ebp)
    popl 4(%ebp, %ecx, 4)
    leave
    .cfi_def_cfa %esp, 4
    .cfi_restore %ebp
    lea (%esp, %ecx, 4), %esp
    // CFA = ESP + 4 - 4 * ECX: breg4(ESP) 4; breg1(ECX) 0; lit2; shl; minus. EIP is at breg4(ESP) 0.
    .cfi_escape 0x0f, 7, 0x74, 4, 0x71, 0, 0x32, 0x24, 0x1c
    .cfi_escape 0x10, 8, 2, 0x74, 0
    ret
    .endm

    begin_closure cbf_closure_x86, STATE_SIZE, 16
    call_function
    jnz .Lrare
    load_plain
.Lloaded:
    .cfi_remember_state
    return
    .cfi_restore_state
.Lrare:
    load_rare .Lloaded
    end cbf_closure_x86

    // ---------------------------------------------------------------- closures, vectors in registers

    // Stores as much of each vector register as this CPU has.
    .macro store_vectors
    call .Lown_address
.Lhere\@:
    mov cbf_x86_components - .Lhere\@(%edx), %edx
    test $COMPONENTS_AVX512, %edx
    jnz 3f
    test $COMPONENT_AVX, %edx
    jnz 2f
    .irp n, 0, 1, 2, 3, 4, 5
    movaps %xmm\n, WIDE_VECTOR+64*\n(%esp)
    .endr
    jmp 9f
2:  .irp n, 0, 1, 2, 3, 4, 5
    vmovaps %ymm\n, WIDE_VECTOR+64*\n(%esp)
    .endr
    jmp 8f
3:  .irp n, 0, 1, 2, 3, 4, 5
    vmovaps %zmm\n, WIDE_VECTOR+64*\n(%esp)
    .endr
8:  vzeroupper // or the SSE code that follows would be slow
9:
    .endm

    .macro load_four register
    .irp n, 0, 1, 2, 3
    .ifc \register, xmm
    movaps STATE_VECTOR+64*\n(%esp), %xmm\n
    .else
    vmovaps STATE_VECTOR+64*\n(%esp), %\register\n
    .endif
    .endr
    .endm

    .macro wide name, mmx
    begin_closure \name, WIDE_SIZE, 64
    store_vectors
    .if \mmx
    .irp n, 0, 1, 2
    movq %mm\n, WIDE_MMX+8*\n(%esp)
    .endr
    emms // the handler may use the x87 registers, which are the same
    .endif
    call_function
    jnz .Lrare\@
    load_plain
.Lloaded\@:
    .cfi_remember_state
    return
    .cfi_restore_state
.Lrare\@:
    cmp $LOAD_FOUR_XMM, %eax
    je .Lxmm\@
    cmp $LOAD_FOUR_YMM, %eax
    je .Lymm\@
    cmp $LOAD_FOUR_ZMM, %eax
    je .Lzmm\@
    load_rare .Lloaded\@
.Lxmm\@:
    load_four xmm
    jmp .Lloaded\@
.Lymm\@:
    load_four ymm
    jmp .Lloaded\@
.Lzmm\@:
    load_four zmm
    jmp .Lloaded\@
    end \name
    .endm

    wide cbf_closure_x86_wide, 0
    wide cbf_closure_x86_mmx, 1

    // Out: edx the address behind the call. It returns, as the predictor of returns and shadow stacks want it.
    .p2align 4
.Lown_address:
    .cfi_startproc
    mov (%esp), %edx
    ret
    .cfi_endproc

    // ---------------------------------------------------------------- freed slots

    begin cbf_typed_trap
    push_frame_pointer
    and $-16, %esp
    sub $12, %esp
    push %eax
    call cbf_pool_trapped
    ud2
    end cbf_typed_trap

#include "assembly/note_elf.inc"
