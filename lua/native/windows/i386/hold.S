// bool cbf_lua_hold(void (*dispatch)()): true if dispatch returned, false if a Lua error left it.
//
//     ebp+8    dispatch
//     ebp+4    return address
//     ebp+0    EBP
//     ebp-12   EDI, ESI, EBX
//     ebp-16   cbf_lua_hold_exception     with what lies below, this thread's first EXCEPTION_REGISTRATION_RECORD
//     ebp-20   the record that was first
#define RECORD -20

    .macro function name
    .globl \name
    .def \name
    .scl 2   // IMAGE_SYM_CLASS_EXTERNAL
    .type 32 // IMAGE_SYM_DTYPE_FUNCTION
    .endef
\name:
    .endm

    .text
    .p2align 4
    function _cbf_lua_hold
    .cfi_startproc
    push %ebp
    .cfi_def_cfa_offset 8
    .cfi_offset %ebp, -8
    mov %esp, %ebp
    .cfi_def_cfa_register %ebp
    push %ebx
    .cfi_offset %ebx, -12
    push %esi
    .cfi_offset %esi, -16
    push %edi
    .cfi_offset %edi, -20
    push $_cbf_lua_hold_exception
    push %fs:0
    mov %esp, %fs:0
    and $-16, %esp
    call *8(%ebp)
    mov $1, %eax
.Lheld:
    mov RECORD(%ebp), %ecx
    mov %ecx, %fs:0
    lea -12(%ebp), %esp
    pop %edi
    pop %esi
    pop %ebx
    .cfi_remember_state
    pop %ebp
    .cfi_def_cfa %esp, 4
    ret
    .cfi_endproc

// void cbf_lua_hold_unwind(record, exception): unwinds to the frame of this record, whose cbf_lua_hold returns false.
    .p2align 4
    function _cbf_lua_hold_unwind
    mov 4(%esp), %ecx
    mov 8(%esp), %edx
    push %ecx // RtlUnwind may change any register
    push $0
    push %edx
    push $0
    push %ecx
    call _RtlUnwind@16
    pop %ecx
    lea -RECORD(%ecx), %ebp
    xor %eax, %eax
    jmp .Lheld
