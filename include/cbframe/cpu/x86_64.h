/* The state of an x86-64 CPU at the instant a slot was called.
 *
 * Plain C without preprocessor directives: C, C++ and LuaJIT's ffi.cdef read this one text.
 * The build checks the assembly's offsets against it. The types of registers are in registers.h and x86.h.
 */

/* What level `all` adds, named after the XSAVE state components (Intel SDM vol. 1, 13.1).
 * components: the bits of XCR0 that are present here: 2 AVX, 5 opmask, 6 ZMM_Hi256, 7 Hi16_ZMM.
 * The arrays of an absent component are undefined, and writing them does nothing. */
typedef struct cbf_wide {
    cbf_dqword YMM_Hi128[16]; /* bits 255:128 of YMM0 ... YMM15 */
    cbf_qqword ZMM_Hi256[16]; /* bits 511:256 of ZMM0 ... ZMM15 */
    cbf_dqqword Hi16_ZMM[16]; /* ZMM16 ... ZMM31 */
    cbf_qword K[8];           /* the opmask registers k0 ... k7 */
    uint64_t components;
} cbf_wide;

/* The CPU as the caller left it, and as the caller will find it.
 *
 * RSP points at the return address, as at the first instruction of any callee. A handler may
 * raise it (cbf_cpu_pop) or point it at another stack with a return address on top; it must not
 * lower it into the memory that holds this state.
 * The block from FCW to XMM has the layout of FXSAVE64 (Intel SDM vol. 1, 10.5.1). FPR[n] is
 * ST(n). What the tag word calls empty is not restored: to push a value, lower FSW.TOP, set the
 * tag bit and write FPR. FOP, FIP and FDP are captured but restored only with a register. */
typedef struct cbf_cpu {
    __extension__ union {
        cbf_qword GPR[16];
        __extension__ struct {
            cbf_qword RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15;
        };
        __extension__ struct { cbf_dword EAX, _1, ECX, _2, EDX, _3, EBX, _4, ESP, _5, EBP, _6, ESI, _7, EDI, _8; };
    };
    cbf_eflags EFLAGS;
    cbf_wide *wide; /* NULL at level `legacy` */
    cbf_fcw FCW;
    cbf_fsw FSW;
    cbf_ftwx FTWX;
    uint8_t _fxsave1;
    uint16_t FOP;
    uint64_t FIP;
    uint64_t FDP;
    cbf_mxcsr MXCSR;
    cbf_mxcsr MXCSR_MASK;
    cbf_tword FPR[8];
    cbf_dqword XMM[16];
    uint8_t _fxsave2[96];
} cbf_cpu;
