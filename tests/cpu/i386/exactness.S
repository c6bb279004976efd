// The caller of the exactness and the unwinding tests: calls a function with every register of an
// x86 CPU in 32-bit mode set to given bits, and reads every register back. Its program is linked without -pie.
//
// C++ includes this file for the struct and its offsets, the assembler takes the rest.
#include "exactness.h"

#define STATE_GPR 0
#define STATE_RFLAGS 32
#define STATE_CALLED_RSP 36
#define STATE_XINUSE 40
#define STATE_COMPONENTS 44
#define STATE_X87_BY 48
#define STATE_ALIGNMENT 52
#define STATE_ASK_XINUSE 56
#define STATE_RETURNED_XINUSE 60
#define STATE_FXSAVE 64
#define STATE_LOADED 576
#define STATE_ZMM 1088
#define STATE_K 1600

#ifndef __ASSEMBLER__

#include <cstddef>
#include <cstdint>

namespace exactness {

using word = std::uint32_t;
inline constexpr std::size_t zmm_registers = 8;
inline constexpr unsigned vectors = 8;             // XMM registers
inline constexpr std::size_t handler_stack = 16;   // bytes between cpu and the handler's return address
inline constexpr bool passes_in_registers = false; // the first arguments of a C function
inline constexpr std::size_t first_register = 0;   // none
inline constexpr word mode_components = 0x64; // of cbf_wide
#define FXSAVE "fxsave"
#define XRSTOR "xrstor"

inline constexpr const char *gpr_names[] = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};

enum gpr_index { EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI, GPRS, SP = ESP, AX = EAX, BX = EBX };

} // namespace exactness

#include "exactness.hpp"

#else

#if defined(_WIN32)
#include "object/coff/assembly.inc"
#define EXCEPTION_TABLE .section .gcc_except_table, "dr"
#else
#include "object/elf/assembly.inc"
#define EXCEPTION_TABLE .section .gcc_except_table, "a", @progbits
#endif

#define EAX STATE_GPR
#define ECX STATE_GPR+4
#define EDX STATE_GPR+8
#define EBX STATE_GPR+12
#define ESP STATE_GPR+16
#define EBP STATE_GPR+20
#define ESI STATE_GPR+24
#define EDI STATE_GPR+28

#define FXSAVE_ST STATE_FXSAVE+32

// The frame of exactness_call, from its EBP.
#define IN 8
#define OUT 12
#define FUNCTION 16
#define KEPT_EBX -4
#define KEPT_ESI -8
#define KEPT_EDI -12
#define KEPT_FCW -16
#define KEPT_MXCSR -20
#define KEPT_OUTER -24 /* the frame of the call that this one is nested in */
#define FRAME_SIZE 24

    // What a tap goes on in: what it gets is what its caller finds.
    .text
    .p2align 4
    begin_hidden C_SYMBOL(exactness_original), @function
    .cfi_startproc
    endbr32
    ret
    .cfi_endproc
    end_hidden C_SYMBOL(exactness_original)

    .text
    .p2align 4
    begin_hidden C_SYMBOL(exactness_call), @function
    .cfi_startproc
    .cfi_personality 0, C_SYMBOL(__gxx_personality_v0)
    .cfi_lsda 0, .Lexceptions
    endbr32
    push %ebp
    .cfi_def_cfa_offset 8
    .cfi_offset %ebp, -8
    mov %esp, %ebp
    .cfi_def_cfa_register %ebp
    sub $FRAME_SIZE, %esp
    mov %ebx, KEPT_EBX(%ebp)
    .cfi_offset %ebx, -12
    mov %esi, KEPT_ESI(%ebp)
    .cfi_offset %esi, -16
    mov %edi, KEPT_EDI(%ebp)
    .cfi_offset %edi, -20
    fnstcw KEPT_FCW(%ebp)
    stmxcsr KEPT_MXCSR(%ebp)
    mov frame, %eax
    mov %eax, KEPT_OUTER(%ebp)
    mov %ebp, frame
    mov FUNCTION(%ebp), %eax
    mov %eax, callee
    mov IN(%ebp), %ebx
    mov OUT(%ebp), %esi

    // ESP at the call: below it the call's own, above it CALL_ARGUMENTS bytes and, for the unwinder, EBP.
    lea -(CALL_ARGUMENTS+16)(%esp), %edx
    and $-16, %edx
    sub $16, %edx
    add STATE_ALIGNMENT(%ebx), %edx
    mov %ebp, CALL_ARGUMENTS(%edx)
    // What is below ESP at the call is not what an earlier call has left there.
    lea -CALL_STACK(%edx), %edi
    mov $CALL_STACK/4, %ecx
    mov $0x7b7b7b7b, %eax
    rep stosl
    mov %ebx, %edi
    mov %edx, STATE_CALLED_RSP(%esi)
    mov STATE_COMPONENTS(%edi), %ebx
    mov %ebx, STATE_COMPONENTS(%esi)
    mov STATE_ASK_XINUSE(%edi), %eax
    mov %eax, STATE_ASK_XINUSE(%esi)

    fxrstor STATE_FXSAVE(%edi) // MXCSR, too
    mov STATE_X87_BY(%edi), %eax
    cmp $X87_BY_FNINIT, %eax
    je .Lby_fninit
    cmp $X87_BY_XRSTOR, %eax
    je .Lby_xrstor
    cmp $X87_BY_FLD_FSTP, %eax
    je .Lby_fld_fstp
    cmp $X87_BY_MMX, %eax
    je .Lby_mmx
    cmp $X87_BY_FFREE, %eax
    jne .Lloaded_x87
    fninit
    fld1
    fldpi
    fldl2e
    fldln2
    fldlg2
    ffree %st(2)
    fincstp
    jmp .Lloaded_x87
.Lby_fninit:
    fninit
    jmp .Lloaded_x87
.Lby_xrstor:
    mov $1, %eax
    xor %edx, %edx
    xrstor initial
    jmp .Lloaded_x87
.Lby_fld_fstp:
    fninit
    fld1
    fstp %st(0)
    jmp .Lloaded_x87
.Lby_mmx:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movq FXSAVE_ST+16*\n(%edi), %mm\n
    .endr
.Lloaded_x87:
    fxsave STATE_LOADED(%esi)
    cmpl $0, STATE_ASK_XINUSE(%edi)
    je .Lasked_xinuse
    mov $1, %ecx
    xgetbv
    mov %eax, STATE_XINUSE(%esi)
.Lasked_xinuse:

    test $COMPONENTS_ZMM, %ebx
    jnz .Lload_zmm
    test $COMPONENT_YMM, %ebx
    jnz .Lload_ymm
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movups STATE_ZMM+64*\n(%edi), %xmm\n
    .endr
    jmp .Lloaded_vectors
.Lload_ymm:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vmovups STATE_ZMM+64*\n(%edi), %ymm\n
    .endr
    jmp .Lloaded_vectors
.Lload_zmm:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vmovups STATE_ZMM+64*\n(%edi), %zmm\n
    kmovq STATE_K+8*\n(%edi), %k\n
    .endr
.Lloaded_vectors:

    mov STATE_CALLED_RSP(%esi), %esp
    // CFA = what lies CALL_ARGUMENTS above ESP, + 8: breg4(ESP) 8192; deref; plus_uconst 8
    .cfi_remember_state
    .cfi_escape 0x0f, 7, 0x74, 0x80, 0xc0, 0x00, 0x06, 0x23, 8
    push STATE_RFLAGS(%edi)
    popf // from here on nothing may change a flag, and every access must be aligned
    mov EAX(%edi), %eax
    mov ECX(%edi), %ecx
    mov EDX(%edi), %edx
    mov EBX(%edi), %ebx
    mov EBP(%edi), %ebp
    mov ESI(%edi), %esi
    mov EDI(%edi), %edi
.Lcall:
    call *callee
    .globl C_SYMBOL(exactness_return)
C_SYMBOL(exactness_return):
    mov %esp, returned_esp
    mov %eax, returned_eax
    mov frame, %eax
    lea -FRAME_SIZE(%eax), %esp
    pushf
    push $2
    popf // DF, AC and TF are off
    mov OUT(%eax), %eax
    pop STATE_RFLAGS(%eax)
    mov %ecx, ECX(%eax)
    mov %edx, EDX(%eax)
    mov %ebx, EBX(%eax)
    mov %ebp, EBP(%eax)
    mov %esi, ESI(%eax)
    mov %edi, EDI(%eax)
    mov returned_eax, %ecx
    mov %ecx, EAX(%eax)
    mov returned_esp, %ecx
    mov %ecx, ESP(%eax)
    fxsave STATE_FXSAVE(%eax)
    mov %eax, %esi
    cmpl $0, STATE_ASK_XINUSE(%esi)
    je .Lasked_xinuse_again
    mov $1, %ecx
    xgetbv
    mov %eax, STATE_RETURNED_XINUSE(%esi)
.Lasked_xinuse_again:

    mov STATE_COMPONENTS(%esi), %ebx
    test $COMPONENTS_ZMM, %ebx
    jnz .Lstore_zmm
    test $COMPONENT_YMM, %ebx
    jnz .Lstore_ymm
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movups %xmm\n, STATE_ZMM+64*\n(%esi)
    .endr
    jmp .Lstored_vectors
.Lstore_zmm:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vmovups %zmm\n, STATE_ZMM+64*\n(%esi)
    kmovq %k\n, STATE_K+8*\n(%esi)
    .endr
    vzeroupper
    jmp .Lstored_vectors
.Lstore_ymm:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    vmovups %ymm\n, STATE_ZMM+64*\n(%esi)
    .endr
    vzeroupper
.Lstored_vectors:
    mov frame, %ebp
    .cfi_restore_state
    xor %eax, %eax
.Lleave:
    fninit
    fldcw KEPT_FCW(%ebp)
    ldmxcsr KEPT_MXCSR(%ebp)
    mov KEPT_OUTER(%ebp), %ecx
    mov %ecx, frame
    mov KEPT_EBX(%ebp), %ebx
    mov KEPT_ESI(%ebp), %esi
    mov KEPT_EDI(%ebp), %edi
    .cfi_remember_state
    leave
    .cfi_restore %ebp
    .cfi_restore %ebx
    .cfi_restore %esi
    .cfi_restore %edi
    .cfi_def_cfa %esp, 4
    ret

    // An exception arrives with the registers of the call, but EAX: the exception.
    .cfi_restore_state
.Lcaught:
    mov frame, %ecx
    mov OUT(%ecx), %edx
    mov %esp, ESP(%edx)
    mov %ebx, EBX(%edx)
    mov %ebp, EBP(%edx)
    mov %esi, ESI(%edx)
    mov %edi, EDI(%edx)
    mov %ecx, %ebp
    lea -FRAME_SIZE-16(%ebp), %esp
    and $-16, %esp
    mov %eax, (%esp)
    call C_SYMBOL(__cxa_begin_catch)
    call C_SYMBOL(__cxa_end_catch)
    mov $1, %eax
    jmp .Lleave
    .cfi_endproc
    end_hidden C_SYMBOL(exactness_call)

    // The C++ ABI's table: an exception of any type that leaves the call goes to .Lcaught.
    EXCEPTION_TABLE
    .p2align 2
.Lexceptions:
    .byte 0xff // landing pads relative to the function
    .byte 0    // types: absolute
    .uleb128 .Ltypes - .Lafter_types_offset
.Lafter_types_offset:
    .byte 1 // call sites as ULEB128
    .uleb128 .Lactions - .Lcall_sites
.Lcall_sites:
    .uleb128 .Lcall - C_SYMBOL(exactness_call)
    .uleb128 C_SYMBOL(exactness_return) - .Lcall
    .uleb128 .Lcaught - C_SYMBOL(exactness_call)
    .uleb128 1
.Lactions:
    .byte 1, 0
    .p2align 2
    .long 0 // catch (...)
.Ltypes:

    .bss
    .p2align 6
initial: // XSAVE area whose XSTATE_BV is 0
    .skip 576
frame:
    .skip 4
callee:
    .skip 4
returned_esp:
    .skip 4
returned_eax:
    .skip 4

#endif
