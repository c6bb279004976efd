// The other side of a call on i386, see machine.h. Linked at a fixed address.
#include "machine.h"

    .data
    .globl probe_state
    .balign 64
probe_state: .zero MACHINE_SIZE
called: .long 0
state: .long 0
saved_stack: .long 0
saved_pointers: .long 0, 0, 0, 0

    .text
    .globl probe
probe:
    mov %eax, probe_state+0
    mov %ecx, probe_state+8
    mov %edx, probe_state+16
    mov %ebx, probe_state+24
    mov %esp, probe_state+32
    mov %ebp, probe_state+40
    mov %esi, probe_state+48
    mov %edi, probe_state+56
    .irp n, 0,1,2,3,4,5,6,7
    vmovups %ymm\n, probe_state+MACHINE_VECTOR+64*\n
    .endr
    cmpl $0, probe_state+MACHINE_MMX_USE
    je 1f
    .irp n, 0,1,2,3,4,5,6,7
    movq %mm\n, probe_state+MACHINE_MMX+8*\n
    .endr
    emms
1:  mov %esp, %ebx
    and $-64, %esp
    cld
    call probe_inspect
    mov %ebx, %esp
    cmpl $2, probe_state+MACHINE_X87_COUNT
    jb 1f
    fldt probe_state+MACHINE_X87+16
1:  cmpl $1, probe_state+MACHINE_X87_COUNT
    jb 2f
    fldt probe_state+MACHINE_X87
2:  testl $MACHINE_MMX_RESULT, probe_state+MACHINE_MMX_USE
    jz 3f
    movq probe_state+MACHINE_MMX, %mm0
3:  .irp n, 0,1,2,3,4,5,6,7
    vmovups probe_state+MACHINE_VECTOR+64*\n, %ymm\n
    .endr
    mov probe_state+0, %eax
    mov probe_state+16, %edx
    mov probe_state+24, %ebx
    mov probe_state+40, %ebp
    mov probe_state+48, %esi
    mov probe_state+56, %edi
    pop %ecx
    add probe_state+MACHINE_POPPED, %esp
    jmp *%ecx

    .globl invoke
invoke:
    push %ebp
    mov %esp, %ebp
    push %ebx
    push %esi
    push %edi
    mov %esp, saved_stack
    mov 8(%ebp), %ebx
    mov %ebx, state
    mov 12(%ebp), %eax
    mov %eax, called
    mov 20(%ebp), %ecx
    mov 24(%ebp), %edx
    neg %edx
    sub %ecx, %esp
    and %edx, %esp
    mov 16(%ebp), %esi
    mov %esp, %edi
    cld
    rep movsb
    testl $MACHINE_MMX_ARGUMENTS, MACHINE_MMX_USE(%ebx)
    jz 1f
    .irp n, 0,1,2,3,4,5,6,7
    movq MACHINE_MMX+8*\n(%ebx), %mm\n
    .endr
1:  .irp n, 0,1,2,3,4,5,6,7
    vmovups MACHINE_VECTOR+64*\n(%ebx), %ymm\n
    .endr
    mov 0(%ebx), %eax
    mov 8(%ebx), %ecx
    mov 16(%ebx), %edx
    mov %esp, %edi
    call *called
    sub %edi, %esp
    mov state, %ebx
    mov %esp, MACHINE_POPPED(%ebx)
    mov saved_stack, %esp
    mov %eax, 0(%ebx)
    mov %ecx, 8(%ebx)
    mov %edx, 16(%ebx)
    .irp n, 0,1,2,3,4,5,6,7
    vmovups %ymm\n, MACHINE_VECTOR+64*\n(%ebx)
    .endr
    cmpl $1, MACHINE_X87_COUNT(%ebx)
    jb 1f
    fstpt MACHINE_X87(%ebx)
1:  cmpl $2, MACHINE_X87_COUNT(%ebx)
    jb 2f
    fstpt MACHINE_X87+16(%ebx)
2:  cmpl $0, MACHINE_MMX_USE(%ebx)
    je 3f
    movq %mm0, MACHINE_MMX(%ebx)
    emms
3:  vzeroupper
    pop %edi
    pop %esi
    pop %ebx
    pop %ebp
    ret

    .globl invoke_emms
invoke_emms:
    emms
    ret

    .section .note.GNU-stack,"",@progbits
