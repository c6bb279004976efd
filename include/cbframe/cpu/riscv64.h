/* The state of a 64-bit RISC-V CPU (RV64GC) at the instant a slot was called.
 *
 * Plain C without preprocessor directives: C, C++ and LuaJIT's ffi.cdef read this one text.
 * Registers and their parts bear the names of the RISC-V Instruction Set Manual, and those of the ELF psABI beside
 * them. The build checks the assembly's offsets against it. The types of general and floating-point registers are in
 * registers.h.
 */

/* fcsr, the floating-point control and status register (volume I, 11.2). */
typedef union cbf_fcsr {
    uint64_t val;
    __extension__ struct {
        uint32_t NX : 1;
        uint32_t UF : 1;
        uint32_t OF : 1;
        uint32_t DZ : 1;
        uint32_t NV : 1;
        uint32_t frm : 3;
    };
} cbf_fcsr;

/* What level `all` adds: nothing that has a meaning. RV64GC has no more state than there is in cbf_cpu. */
typedef struct cbf_wide {
    uint64_t _1[2];
} cbf_wide;

/* The CPU as the caller left it, and as the caller will find it.
 *
 * X1 (RA) is where the call returns to, and X2 (SP) as at the first instruction of any callee. A handler may raise SP
 * (cbf_cpu_pop) or point it at another stack; it must not lower it into the memory that holds this state. X0 is zero,
 * whatever a handler writes there. An int in a register is sign-extended to 64 bits, an unsigned one, too; a float in a
 * floating-point register has ones above it, or is taken for no number. */
typedef struct cbf_cpu {
    __extension__ union {
        cbf_qword GPR[32];
        __extension__ struct {
            cbf_qword X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15, X16, X17, X18, X19, X20,
                X21, X22, X23, X24, X25, X26, X27, X28, X29, X30, X31;
        };
        __extension__ struct {
            cbf_qword ZERO, RA, SP, GP, TP, T0, T1, T2, S0, S1, A0, A1, A2, A3, A4, A5, A6, A7, S2, S3, S4, S5, S6, S7,
                S8, S9, S10, S11, T3, T4, T5, T6;
        };
    };
    __extension__ union {
        cbf_qword FPR[32];
        __extension__ struct {
            cbf_qword F0, F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13, F14, F15, F16, F17, F18, F19, F20,
                F21, F22, F23, F24, F25, F26, F27, F28, F29, F30, F31;
        };
        __extension__ struct {
            cbf_qword FT0, FT1, FT2, FT3, FT4, FT5, FT6, FT7, FS0, FS1, FA0, FA1, FA2, FA3, FA4, FA5, FA6, FA7, FS2,
                FS3, FS4, FS5, FS6, FS7, FS8, FS9, FS10, FS11, FT8, FT9, FT10, FT11;
        };
    };
    cbf_fcsr FCSR;
    cbf_wide *wide; /* NULL at level `legacy` */
} cbf_cpu;
