/* The names that luapower's module gave these types. */
typedef cbf_byte D_BYTE;
typedef cbf_word D_WORD;
typedef cbf_dword D_DWORD;
typedef cbf_qword D_QWORD;
typedef cbf_dqword D_DQWORD;
typedef cbf_cpu D_CPUSTATE;
