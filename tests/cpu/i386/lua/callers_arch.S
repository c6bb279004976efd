// void load_call_store(void (*f)(void), cbf_cpu *machine, void *own)
//
//     esp+40   own
//     esp+36   machine
//     esp+32   f
//     esp+28   return address
//     esp+12   EBP, EBX, ESI, EDI
//     esp+0    unused           <- machine.ESP - 4 as f sees it: its return address lies below
#include "arch/i386/frame_offsets.h"

#if defined(_WIN32)
#include "object/coff/assembly.inc"
#else
#include "object/elf/assembly.inc"
#endif

#define F       32
#define MACHINE 36
#define OWN     40

    .text

    .macro save register
    push \register
    .cfi_adjust_cfa_offset 4
    .endm

    .macro restore register
    pop \register
    .cfi_adjust_cfa_offset -4
    .endm

    begin_hidden C_SYMBOL(load_call_store), @function
    .cfi_startproc
    endbr32
    .irp register, %ebp, %ebx, %esi, %edi
    save \register
    .endr
    sub $12, %esp
    .cfi_adjust_cfa_offset 12

    mov OWN(%esp), %eax
    fxsave (%eax)
    mov MACHINE(%esp), %eax
    fxrstor CPU_FXSAVE(%eax)
    push CPU_EFLAGS(%eax)
    popf
    mov CPU_ECX(%eax), %ecx
    mov CPU_EDX(%eax), %edx
    mov CPU_EBX(%eax), %ebx
    mov CPU_EBP(%eax), %ebp
    mov CPU_ESI(%eax), %esi
    mov CPU_EDI(%eax), %edi
    mov CPU_EAX(%eax), %eax
    call *F(%esp)

    pushf
    push %eax
    mov MACHINE+8(%esp), %eax
    mov %ecx, CPU_ECX(%eax)
    mov %edx, CPU_EDX(%eax)
    mov %ebx, CPU_EBX(%eax)
    mov %ebp, CPU_EBP(%eax)
    mov %esi, CPU_ESI(%eax)
    mov %edi, CPU_EDI(%eax)
    pop CPU_EAX(%eax)
    pop CPU_EFLAGS(%eax)
    mov %esp, CPU_ESP(%eax)
    fxsave CPU_FXSAVE(%eax)

    cld
    mov OWN(%esp), %eax
    fxrstor (%eax)
    add $12, %esp
    .cfi_adjust_cfa_offset -12
    .irp register, %edi, %esi, %ebx, %ebp
    restore \register
    .endr
    ret
    .cfi_endproc
    end_hidden C_SYMBOL(load_call_store)
