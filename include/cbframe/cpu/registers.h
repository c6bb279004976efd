/* What registers hold, by size, with every way to read it.
 *
 * Plain C without preprocessor directives: C, C++ and LuaJIT's ffi.cdef read this one text.
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

/* 128 bits of a vector register. ps: packed singles, pd: packed doubles. */
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

/* 256 bits of a vector register. */
typedef union cbf_qqword {
    cbf_dword dwords[8];
    cbf_qword qwords[4];
    __extension__ struct { cbf_dqword lo, hi; };
    uint8_t b[32];
    float ps[8];
    double pd[4];
} cbf_qqword;

/* 512 bits of a vector register. */
typedef union cbf_dqqword {
    cbf_dword dwords[16];
    cbf_qword qwords[8];
    __extension__ struct { cbf_qqword lo, hi; };
    uint8_t b[64];
    float ps[16];
    double pd[8];
} cbf_dqqword;
