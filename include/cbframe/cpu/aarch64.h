/* The state of a 64-bit Arm CPU at the instant a slot was called.
 *
 * Plain C without preprocessor directives: C, C++ and LuaJIT's ffi.cdef read this one text.
 * Registers and their parts bear the names of the Arm Architecture Reference Manual (DDI 0487).
 * The build checks the assembly's offsets against it. The types of general and vector registers are in registers.h.
 */

/* NZCV, the condition flags (C5.2.10). */
typedef union cbf_nzcv {
    uint64_t val;
    __extension__ struct {
        uint32_t _1 : 28;
        uint32_t V : 1;
        uint32_t C : 1;
        uint32_t Z : 1;
        uint32_t N : 1;
    };
} cbf_nzcv;

/* FPCR, the floating-point control register (C5.2.8). */
typedef union cbf_fpcr {
    uint64_t val;
    __extension__ struct {
        uint32_t FIZ : 1;
        uint32_t AH : 1;
        uint32_t NEP : 1;
        uint32_t _1 : 5;
        uint32_t IOE : 1;
        uint32_t DZE : 1;
        uint32_t OFE : 1;
        uint32_t UFE : 1;
        uint32_t IXE : 1;
        uint32_t EBF : 1;
        uint32_t _2 : 1;
        uint32_t IDE : 1;
        uint32_t Len : 3;
        uint32_t FZ16 : 1;
        uint32_t Stride : 2;
        uint32_t RMode : 2;
        uint32_t FZ : 1;
        uint32_t DN : 1;
        uint32_t AHP : 1;
    };
} cbf_fpcr;

/* FPSR, the floating-point status register (C5.2.9). */
typedef union cbf_fpsr {
    uint64_t val;
    __extension__ struct {
        uint32_t IOC : 1;
        uint32_t DZC : 1;
        uint32_t OFC : 1;
        uint32_t UFC : 1;
        uint32_t IXC : 1;
        uint32_t _1 : 2;
        uint32_t IDC : 1;
        uint32_t _2 : 19;
        uint32_t QC : 1;
    };
} cbf_fpsr;

/* A scalable vector register, of up to 2048 bits. */
typedef union cbf_scalable {
    cbf_dword dwords[64];
    cbf_qword qwords[32];
    cbf_dqword dqwords[16];
    uint8_t b[256];
} cbf_scalable;

/* A scalable predicate register: a bit for each byte of a vector. */
typedef union cbf_predicate {
    uint8_t b[32];
    cbf_qword qwords[4];
} cbf_predicate;

/* What level `all` adds where the CPU has SVE. Only the first vector_length bytes of Z, and an eighth of that of P and
 * FFR, are there; the rest is undefined, and writing it does nothing. The low 16 bytes of Z[n] are V[n] of cbf_cpu:
 * what is written to V counts. */
typedef struct cbf_wide {
    cbf_scalable Z[32];
    cbf_predicate P[16];
    cbf_predicate FFR;
    uint64_t vector_length; /* bytes; 0: there is no SVE, nor what is above */
} cbf_wide;

/* The CPU as the caller left it, and as the caller will find it.
 *
 * X30 is where the call returns to, and SP as at the first instruction of any callee. A handler may raise SP
 * (cbf_cpu_pop) or point it at another stack; it must not lower it into the memory that holds this state. On macOS and
 * Windows X18 is the system's: it is shown, and what a handler writes there is dropped. */
typedef struct cbf_cpu {
    __extension__ union {
        cbf_qword GPR[31];
        __extension__ struct {
            cbf_qword X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15, X16, X17, X18, X19, X20,
                X21, X22, X23, X24, X25, X26, X27, X28, X29, X30;
        };
    };
    cbf_qword SP;
    cbf_nzcv NZCV;
    cbf_fpcr FPCR;
    cbf_fpsr FPSR;
    cbf_wide *wide; /* NULL at level `legacy` */
    __extension__ union {
        cbf_dqword V[32];
        __extension__ struct {
            cbf_dqword V0, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, V12, V13, V14, V15, V16, V17, V18, V19, V20,
                V21, V22, V23, V24, V25, V26, V27, V28, V29, V30, V31;
        };
    };
} cbf_cpu;
