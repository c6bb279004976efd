// bool cbf_lua_hold(void (*dispatch)()): true if dispatch returned, false if a Lua error left it.
    .text
    .p2align 4
    .globl cbf_lua_hold
    .def cbf_lua_hold
    .scl 2   // IMAGE_SYM_CLASS_EXTERNAL
    .type 32 // IMAGE_SYM_DTYPE_FUNCTION
    .endef
    .seh_proc cbf_lua_hold
    .seh_handler cbf_lua_hold_exception, @except
cbf_lua_hold:
    bti c
    .seh_nop
    stp x29, x30, [sp, #-16]!
    .seh_save_fplr_x 16
    mov x29, sp
    .seh_set_fp
    .seh_endprologue
    blr x0
    mov w0, #1
    .globl cbf_lua_held
cbf_lua_held: // X0 is 0 for who comes from elsewhere
    .seh_startepilogue
    ldp x29, x30, [sp], #16
    .seh_save_fplr_x 16
    .seh_endepilogue
    ret
    .seh_endproc
