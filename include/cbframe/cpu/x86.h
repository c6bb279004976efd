/* The registers of both widths of x86 that are not general or vector registers.
 *
 * Plain C without preprocessor directives: C, C++ and LuaJIT's ffi.cdef read this one text.
 * Registers and their parts bear the names of the Intel SDM.
 */

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
