// The way from a typed slot to what it leads to: i386, C++ compiled for cdecl; what depends on the object format is
// chosen by include path.
//
// EAX points at the slot's record: the address of one of the functions below, then that of an object. The
// object's first word is the function to call.
//
// A callback's object travels as one more argument where the convention has a register left:
// cbf_callback_REGISTER. Nothing else changes, so the function sees the caller's call. Functions that get no argument in
// a general register are compiled to find the record in EAX and the object in EDX.
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
//     state       cbf_v1_call, with the result
//     state - 12  object
//     state - 16  state
//
// A result that the function does not set is zero.
#include "assembly.inc"
#include "far.inc"

#include "arch/i386/typed_offsets.h"
#include "arch/x86/numbers.h"

    .text

    .macro begin name
    .p2align 4
    begin_hidden \name, @function
    .cfi_startproc
    endbr32
    .endm

    .macro end name
    .cfi_endproc
    end_hidden \name
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
    begin C_SYMBOL(cbf_callback_)\register
    mov 4(%eax), %\register
    jmp *(%\register)
    end C_SYMBOL(cbf_callback_)\register
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

    // In: record, a register other than ECX and EDX. Out: eax what to load, ecx fourths of the bytes to pop, esp the state.
    .macro call_function record
    mov 4(\record), %edx
    pxor %xmm0, %xmm0
    movaps %xmm0, STATE_GENERAL(%esp)
    movaps %xmm0, STATE_VECTOR(%esp)
    mov %esp, %ecx
    sub $8, %esp
    push %edx
    push %ecx
    call *(%edx)
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

    // In: ecx fourths of the bytes to pop. A branch for each small number, rather than arithmetic with it: ESP, and with it
    // all that the caller does next, would wait for the number, which was read from memory at the end of a long way.
    // (In parentheses, for Mach-O's $8 is the ninth argument of a macro without names for them.)
    .macro return
    test %ecx, %ecx
    jnz 1f
    .cfi_remember_state
    leave
    .cfi_def_cfa %esp, 4
    .cfi_restore %ebp
    ret
    .cfi_restore_state
1:  cmp $(8), %ecx
    ja 2f
    .cfi_remember_state
    leave
    .cfi_def_cfa %esp, 4
    .cfi_restore %ebp
    .irp words, 1, 2, 3, 4, 5, 6, 7
    cmp $(\words), %ecx
    je L(pop\@_\words)
    .endr
    ret $(32)
    .irp words, 1, 2, 3, 4, 5, 6, 7
L(pop\@_\words):
    ret $(4*\words)
    .endr
    .cfi_restore_state
2:  pushl 4(%ebp) // the return address moves up, so that a plain ret finds it
    popl 4(%ebp, %ecx, 4)
    leave
    .cfi_def_cfa %esp, 4
    .cfi_restore %ebp
    lea (%esp, %ecx, 4), %esp
    // CFA = ESP + 4 - 4 * ECX: breg(ESP) 4; breg1(ECX) 0; lit2; shl; minus. EIP is at breg(ESP) 0.
    .cfi_escape 0x0f, 7, BREG_ESP, 4, 0x71, 0, 0x32, 0x24, 0x1c
    .cfi_escape 0x10, 8, 2, BREG_ESP, 0
    ret
    .endm

    begin_closure C_SYMBOL(cbf_closure_x86), STATE_SIZE, 16
    call_function %eax
    jnz L(rare)
    load_plain
L(loaded):
    .cfi_remember_state
    return
    .cfi_restore_state
L(rare):
    load_rare L(loaded)
    end C_SYMBOL(cbf_closure_x86)

    // ---------------------------------------------------------------- closures, vectors in registers

    // Stores as much of each vector register as this CPU has.
    .macro store_vectors components
    call L(own_address)
L(here\@):
    load_value C_SYMBOL(cbf_x86_components), L(here\@), %edx, \components
    test $COMPONENTS_AVX512, \components
    jnz 3f
    test $COMPONENT_AVX, \components
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
    store_vectors %edx
    .if \mmx
    .irp n, 0, 1, 2
    movq %mm\n, WIDE_MMX+8*\n(%esp)
    .endr
    emms // the handler may use the x87 registers, which are the same
    .endif
    call_function %eax
    jnz L(rare\@)
    load_plain
L(loaded\@):
    .cfi_remember_state
    return
    .cfi_restore_state
L(rare\@):
    cmp $LOAD_FOUR_XMM, %eax
    je L(xmm\@)
    cmp $LOAD_FOUR_YMM, %eax
    je L(ymm\@)
    cmp $LOAD_FOUR_ZMM, %eax
    je L(zmm\@)
    load_rare L(loaded\@)
L(xmm\@):
    load_four xmm
    jmp L(loaded\@)
L(ymm\@):
    load_four ymm
    jmp L(loaded\@)
L(zmm\@):
    load_four zmm
    jmp L(loaded\@)
    end \name
    .endm

    wide C_SYMBOL(cbf_closure_x86_wide), 0
    wide C_SYMBOL(cbf_closure_x86_mmx), 1

    // Out: edx the address behind the call. It returns, as the predictor of returns and shadow stacks want it.
    .p2align 4
L(own_address):
    .cfi_startproc
    mov (%esp), %edx
    ret
    .cfi_endproc

    // ---------------------------------------------------------------- freed slots

    begin C_SYMBOL(cbf_typed_trap)
    push_frame_pointer
    and $-16, %esp
    sub $12, %esp
    push %eax
    call C_SYMBOL(cbf_pool_trapped)
    ud2
    end C_SYMBOL(cbf_typed_trap)

    far_symbols C_SYMBOL(cbf_x86_components)
