// bool cbf_lua_hold(void (*dispatch)()): true if dispatch returned, false if a Lua error left it.
//
//     rsp+40   return address
//     rsp+0    home space          <- here cbf_lua_hold_exception unwinds to
    .cfi_sections .debug_frame // for debuggers; Windows unwinds by what the .seh directives make

    .text
    .p2align 4
    .globl cbf_lua_hold
    .def cbf_lua_hold
    .scl 2   // IMAGE_SYM_CLASS_EXTERNAL
    .type 32 // IMAGE_SYM_DTYPE_FUNCTION
    .endef
cbf_lua_hold:
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
cbf_lua_held: // %rax is 0 for who comes from elsewhere
    add $40, %rsp
    .cfi_adjust_cfa_offset -40
    ret
    .seh_endproc
    .cfi_endproc
