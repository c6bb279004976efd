// The other side of a call on x86-64, see machine.h.
#include "machine.h"

    .data
    .globl probe_state
    .balign 64
probe_state: .zero MACHINE_SIZE
called: .quad 0
state: .quad 0

    .macro each_general operation
    \operation %rax, 0
    \operation %rcx, 8
    \operation %rdx, 16
    \operation %rbx, 24
    \operation %rbp, 40
    \operation %rsi, 48
    \operation %rdi, 56
    \operation %r8, 64
    \operation %r9, 72
    \operation %r10, 80
    \operation %r11, 88
    \operation %r12, 96
    \operation %r13, 104
    \operation %r14, 112
    \operation %r15, 120
    .endm

    .macro save_in_probe register, offset
    mov \register, probe_state+MACHINE_GENERAL+\offset(%rip)
    .endm

    .macro load_from_probe register, offset
    mov probe_state+MACHINE_GENERAL+\offset(%rip), \register
    .endm

    .text
    .globl probe
probe:
    each_general save_in_probe
    mov %rsp, probe_state+MACHINE_GENERAL+32(%rip)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    vmovups %ymm\n, probe_state+MACHINE_VECTOR+64*\n(%rip)
    .endr
    mov %rsp, %rbx
    and $-64, %rsp
    cld
    call probe_inspect
    mov %rbx, %rsp
    cmpq $2, probe_state+MACHINE_X87_COUNT(%rip)
    jb 1f
    fldt probe_state+MACHINE_X87+16(%rip)
1:  cmpq $1, probe_state+MACHINE_X87_COUNT(%rip)
    jb 2f
    fldt probe_state+MACHINE_X87(%rip)
2:  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    vmovups probe_state+MACHINE_VECTOR+64*\n(%rip), %ymm\n
    .endr
    each_general load_from_probe
    ret

    .globl invoke
invoke:
    push %rbp
    mov %rsp, %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rdi, state(%rip)
    mov %rsi, called(%rip)
    neg %r8
    sub %rcx, %rsp
    and %r8, %rsp
    mov %rdx, %rsi
    mov %rdi, %rbx
    mov %rsp, %rdi
    cld
    rep movsb
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    vmovups MACHINE_VECTOR+64*\n(%rbx), %ymm\n
    .endr
    mov 0(%rbx), %rax
    mov 8(%rbx), %rcx
    mov 16(%rbx), %rdx
    mov 48(%rbx), %rsi
    mov 56(%rbx), %rdi
    mov 64(%rbx), %r8
    mov 72(%rbx), %r9
    mov %rsp, %rbx
    call *called(%rip)
    sub %rsp, %rbx
    neg %rbx
    mov state(%rip), %r11
    mov %rbx, MACHINE_POPPED(%r11)
    mov %rax, 0(%r11)
    mov %rcx, 8(%r11)
    mov %rdx, 16(%r11)
    .irp n, 0,1,2,3,4,5
    vmovups %ymm\n, MACHINE_VECTOR+64*\n(%r11)
    .endr
    cmpq $1, MACHINE_X87_COUNT(%r11)
    jb 1f
    fstpt MACHINE_X87(%r11)
1:  cmpq $2, MACHINE_X87_COUNT(%r11)
    jb 2f
    fstpt MACHINE_X87+16(%r11)
2:  lea -40(%rbp), %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    vzeroupper
    ret

    .globl invoke_emms
invoke_emms:
    emms
    ret

    .section .note.GNU-stack,"",@progbits
