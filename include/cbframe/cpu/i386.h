/* The state of an x86 CPU, in 32-bit mode, at the instant a slot was called.
 *
 * Plain C without preprocessor directives: C, C++ and LuaJIT's ffi.cdef read this one text.
 * The build checks the assembly's offsets against it. The types of registers are in registers.h and x86.h.
 */

/* A general register: a cbf_dword that may be an address. */
typedef union cbf_gpr {
    cbf_byte bytes[4];
    cbf_word words[2];
    __extension__ struct { cbf_word lo, hi; };
    uint8_t b[4];
    uint32_t u;
    int32_t i;
    float f;
    void *p;
    cbf_byte *bp;
    cbf_word *wp;
    cbf_dword *dp;
    cbf_qword *qp;
} cbf_gpr;

/* What level `all` adds, named after the XSAVE state components (Intel SDM vol. 1, 13.1).
 * components: the bits of XCR0 that are present here: 2 AVX, 5 opmask, 6 ZMM_Hi256.
 * The arrays of an absent component are undefined, and writing them does nothing. */
typedef struct cbf_wide {
    cbf_dqword YMM_Hi128[8]; /* bits 255:128 of YMM0 ... YMM7 */
    cbf_qqword ZMM_Hi256[8]; /* bits 511:256 of ZMM0 ... ZMM7 */
    cbf_qword K[8];          /* the opmask registers k0 ... k7 */
    uint64_t components;
} cbf_wide;

/* The CPU as the caller left it, and as the caller will find it.
 *
 * ESP points at the return address, as at the first instruction of any callee. A handler may
 * raise it (cbf_cpu_pop) or point it at another stack with a return address on top; it must not
 * lower it into the memory that holds this state.
 * The block from FCW to XMM has the layout of FXSAVE (Intel SDM vol. 1, 10.5.1). FPR[n] is
 * ST(n). What the tag word calls empty is not restored: to push a value, lower FSW.TOP, set the
 * tag bit and write FPR. FOP, FIP and FDP are captured but restored only with a register. */
typedef struct cbf_cpu {
    __extension__ union {
        cbf_gpr GPR[8];
        __extension__ struct { cbf_gpr EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI; };
    };
    cbf_eflags EFLAGS;
    cbf_wide *wide; /* NULL at level `legacy` */
    uint32_t _fxsave0[2];
    cbf_fcw FCW;
    cbf_fsw FSW;
    cbf_ftwx FTWX;
    uint8_t _fxsave1;
    uint16_t FOP;
    uint32_t FIP;
    uint16_t FCS;
    uint16_t _fxsave2;
    uint32_t FDP;
    uint16_t FDS;
    uint16_t _fxsave3;
    cbf_mxcsr MXCSR;
    cbf_mxcsr MXCSR_MASK;
    cbf_tword FPR[8];
    cbf_dqword XMM[8];
    uint8_t _fxsave4[224];
} cbf_cpu;
