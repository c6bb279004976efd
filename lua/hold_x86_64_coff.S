// bool cbf_lua_hold(void (*dispatch)()): true if dispatch returned, false if a Lua error left it.
//
//     rsp+40   return address
//     rsp+0    home space          <- here cbf_lua_hold_exception unwinds to
#include "object/coff/assembly.inc"

    .text
    .p2align 4
    begin_hidden C_SYMBOL(cbf_lua_hold), @function
    .cfi_startproc
    .seh_proc cbf_lua_hold
    .seh_handler cbf_lua_hold_exception, @except
    sub $40, %rsp
    .cfi_adjust_cfa_offset 40
    .seh_stackalloc 40
    .seh_endprologue
    call *%rcx
    mov $1, %eax
    .globl cbf_lua_held
cbf_lua_held: // RAX is 0 for who comes from elsewhere
    add $40, %rsp
    .cfi_adjust_cfa_offset -40
    ret
    .seh_endproc
    .cfi_endproc
    end_hidden C_SYMBOL(cbf_lua_hold)
