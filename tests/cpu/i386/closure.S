// Makes one call of a function of i386, whatever its convention.
#include "closure.h"

#if defined(_WIN32)
#include "object/coff/assembly.inc"
#else
#include "object/elf/assembly.inc"
#endif

    .text
// void closure_i386_call(raw_call *)
    begin_hidden C_SYMBOL(closure_i386_call), @function
    .cfi_startproc
    push %ebp
    .cfi_adjust_cfa_offset 4
    .cfi_offset %ebp, -8
    mov %esp, %ebp
    .cfi_def_cfa_register %ebp
    push %ebx
    push %esi
    push %edi
    .cfi_offset %ebx, -12
    .cfi_offset %esi, -16
    .cfi_offset %edi, -20
    mov 8(%ebp), %esi
    // So that the stack pointer is misaligned as asked when all words are pushed.
    mov RAW_COUNT(%esi), %ecx
    lea (, %ecx, 4), %edx
    sub %edx, %esp
    and $-64, %esp
    add %edx, %esp
    sub RAW_MISALIGNED(%esi), %esp
    mov RAW_WORDS(%esi), %edx
1:  test %ecx, %ecx
    jz 2f
    dec %ecx
    pushl (%edx, %ecx, 4)
    jmp 1b
2:  mov %esp, RAW_ESP(%esi)
    mov RAW_EBX(%esi), %ebx
    mov RAW_EDI(%esi), %edi
    mov RAW_ECX(%esi), %ecx
    mov RAW_EDX(%esi), %edx
    call *RAW_FUNCTION(%esi)
    mov %esp, RAW_ESP_AFTER(%esi)
    mov %ebx, RAW_EBX(%esi)
    mov %edi, RAW_EDI(%esi)
    mov %eax, RAW_EAX(%esi)
    mov %edx, RAW_EDX(%esi)
    cmpl $0, RAW_HAS_ST0(%esi)
    je 3f
    fstpl RAW_ST0(%esi)
3:  lea -12(%ebp), %esp
    pop %edi
    pop %esi
    pop %ebx
    .cfi_restore %edi
    .cfi_restore %esi
    .cfi_restore %ebx
    pop %ebp
    .cfi_def_cfa %esp, 4
    .cfi_restore %ebp
    ret
    .cfi_endproc
    end_hidden C_SYMBOL(closure_i386_call)
