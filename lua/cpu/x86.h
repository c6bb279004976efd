/* The names that luapower's module gave these types. */
typedef cbf_byte D_BYTE;
typedef cbf_word D_WORD;
typedef cbf_dword D_DWORD;
typedef cbf_qword D_QWORD;
typedef cbf_dqword D_DQWORD;
typedef cbf_tword D_TWORD;
typedef cbf_eflags D_EFLAGS;
typedef cbf_fcw D_FCW;
typedef cbf_fsw D_FSW;
typedef cbf_ftwx D_FTWX;
typedef cbf_mxcsr D_MXCSR;
typedef cbf_tword D_FPRX;
typedef cbf_cpu D_CPUSTATE;
