/* The registers of an x86 or x86-64 CPU, each with every way to read it.
 *
 * Plain C without preprocessor directives: C, C++ and LuaJIT's ffi.cdef read this one text.
 * Registers and their parts bear the names of the Intel SDM.
 */

/* 8 bits of a register: u unsigned, i signed. */
typedef union cbf_byte {
    uint8_t b;
    uint8_t u;
    int8_t i;
} cbf_byte;

/* 16 bits of a register. */
typedef union cbf_word {
    cbf_byte bytes[2];
    __extension__ struct { cbf_byte lo, hi; };
    uint8_t b[2];
    uint16_t u;
    int16_t i;
} cbf_word;

/* 32 bits of a register; f is the single-precision number with these bits. */
typedef union cbf_dword {
    cbf_byte bytes[4];
    cbf_word words[2];
    __extension__ struct { cbf_word lo, hi; };
    uint8_t b[4];
    uint32_t u;
    int32_t i;
    float f;
} cbf_dword;

/* 64 bits of a register; f is the double with these bits, p and the typed pointers are addresses. */
typedef union cbf_qword {
    cbf_byte bytes[8];
    cbf_word words[4];
    cbf_dword dwords[2];
    __extension__ struct { cbf_dword lo, hi; };
    uint8_t b[8];
    uint64_t u;
    int64_t i;
    double f;
    void *p;
    cbf_byte *bp;
    cbf_word *wp;
    cbf_dword *dp;
    union cbf_qword *qp;
} cbf_qword;

/* 128 bits: an XMM register, or bits 255:128 of a YMM register. ps: packed singles, pd: packed doubles. */
typedef union cbf_dqword {
    cbf_byte bytes[16];
    cbf_word words[8];
    cbf_dword dwords[4];
    cbf_qword qwords[2];
    __extension__ struct { cbf_qword lo, hi; };
    uint8_t b[16];
    float ps[4];
    double pd[2];
} cbf_dqword;

/* 256 bits: bits 511:256 of a ZMM register. */
typedef union cbf_qqword {
    cbf_dword dwords[8];
    cbf_qword qwords[4];
    __extension__ struct { cbf_dqword lo, hi; };
    uint8_t b[32];
    float ps[8];
    double pd[4];
} cbf_qqword;

/* 512 bits: a whole ZMM register. */
typedef union cbf_dqqword {
    cbf_dword dwords[16];
    cbf_qword qwords[8];
    __extension__ struct { cbf_qqword lo, hi; };
    uint8_t b[64];
    float ps[16];
    double pd[8];
} cbf_dqqword;

/* An x87 data register: an 80-bit number in 16 bytes. An MMX register is its mantissa. */
typedef union cbf_tword {
    cbf_byte bytes[10];
    __extension__ struct {
        int64_t mantissa;
        uint16_t exponent : 15;
        uint16_t sign : 1;
    };
    uint8_t b[16];
} cbf_tword;

/* EFLAGS, or RFLAGS where registers have 64 bits (Intel SDM vol. 1, 3.4.3). */
typedef union cbf_eflags {
    uintptr_t val;
    __extension__ struct {
        uint32_t CF : 1;
        uint32_t _1 : 1;
        uint32_t PF : 1;
        uint32_t _2 : 1;
        uint32_t AF : 1;
        uint32_t _3 : 1;
        uint32_t ZF : 1;
        uint32_t SF : 1;
        uint32_t TF : 1;
        uint32_t IF : 1;
        uint32_t DF : 1;
        uint32_t OF : 1;
        uint32_t IOPL : 2;
        uint32_t NT : 1;
        uint32_t _4 : 1;
        uint32_t RF : 1;
        uint32_t VM : 1;
        uint32_t AC : 1;
        uint32_t VIF : 1;
        uint32_t VIP : 1;
        uint32_t ID : 1;
    };
} cbf_eflags;

/* The x87 control word (Intel SDM vol. 1, 8.1.5). */
typedef union cbf_fcw {
    uint16_t val;
    __extension__ struct {
        uint16_t IM : 1;
        uint16_t DM : 1;
        uint16_t ZM : 1;
        uint16_t OM : 1;
        uint16_t UM : 1;
        uint16_t PM : 1;
        uint16_t _1 : 1;
        uint16_t IEM : 1;
        uint16_t PC : 2;
        uint16_t RC : 2;
        uint16_t IC : 1;
    };
} cbf_fcw;

/* The x87 status word (Intel SDM vol. 1, 8.1.3). */
typedef union cbf_fsw {
    uint16_t val;
    __extension__ struct {
        uint16_t I : 1;
        uint16_t D : 1;
        uint16_t Z : 1;
        uint16_t O : 1;
        uint16_t U : 1;
        uint16_t P : 1;
        uint16_t SF : 1;
        uint16_t IR : 1;
        uint16_t C0 : 1;
        uint16_t C1 : 1;
        uint16_t C2 : 1;
        uint16_t TOP : 3;
        uint16_t C3 : 1;
        uint16_t B : 1;
    };
} cbf_fsw;

/* The abridged x87 tag word of FXSAVE (Intel SDM vol. 1, 10.5.1.1): bit r of val is 1 where
 * physical register r is not empty. ST(n) is physical register (FSW.TOP + n) mod 8. FP0 is bit 7
 * and FP7 bit 0: after n pushes on an empty stack FP0 ... FP(n-1) are set. */
typedef union cbf_ftwx {
    uint8_t val;
    __extension__ struct {
        uint8_t FP7 : 1;
        uint8_t FP6 : 1;
        uint8_t FP5 : 1;
        uint8_t FP4 : 1;
        uint8_t FP3 : 1;
        uint8_t FP2 : 1;
        uint8_t FP1 : 1;
        uint8_t FP0 : 1;
    };
} cbf_ftwx;

/* MXCSR (Intel SDM vol. 1, 10.2.3); RM is its rounding control, FZ its flush-to-zero bit. */
typedef union cbf_mxcsr {
    uint32_t val;
    __extension__ struct {
        uint32_t IE : 1;
        uint32_t DE : 1;
        uint32_t ZE : 1;
        uint32_t OE : 1;
        uint32_t UE : 1;
        uint32_t PE : 1;
        uint32_t DAZ : 1;
        uint32_t IM : 1;
        uint32_t DM : 1;
        uint32_t ZM : 1;
        uint32_t OM : 1;
        uint32_t UM : 1;
        uint32_t PM : 1;
        uint32_t RM : 2;
        uint32_t FZ : 1;
    };
} cbf_mxcsr;
