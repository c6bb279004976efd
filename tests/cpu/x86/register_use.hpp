// Code that uses registers of every kind, as handlers may.
#pragma once

#include "exactness_state.hpp"

#include <cstdlib>
#include <cstring>

namespace exactness {

#if defined(__x86_64__)

#define VECTOR_REGISTERS                                                                                               \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",         \
        "xmm13", "xmm14", "xmm15"
#define VECTOR_NUMBERS "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15"
#define ZMM_NUMBERS    VECTOR_NUMBERS ", 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31"

inline void use_high_vectors() {
    asm volatile("pcmpeqd %%xmm8, %%xmm8\n pcmpeqd %%xmm15, %%xmm15" ::: "xmm8", "xmm15");
}

inline void use_general_registers() {
    asm volatile(".irp r, rax, rcx, rdx, rbx, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15\n"
                 "mov $0x77777777, %%\\r\n .endr" ::
                     : "rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "cc");
}

#else

#define VECTOR_REGISTERS "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7"
#define VECTOR_NUMBERS   "0, 1, 2, 3, 4, 5, 6, 7"
#define ZMM_NUMBERS      VECTOR_NUMBERS

inline void use_high_vectors() {}

inline void use_general_registers() {
    asm volatile("push %%ebx\n .irp r, eax, ecx, edx, ebx, esi, edi\n mov $0x77777777, %%\\r\n .endr\n pop %%ebx" ::
                     : "eax", "ecx", "edx", "esi", "edi", "cc");
}

#endif

/// Long double arithmetic that is inexact and needs the whole stack.
inline long double sum_of_thirds() {
    volatile long double one = 1, three = 3;
    const long double third = one / three;
    return (third + one) * (third + three) - ((third - one) * (third - three) / (one + third)) * (three - third);
}

/// 1 + 2 + ... + 8, all on the x87 stack at once.
inline double sum_of_eight() {
    double sum;
    asm volatile("fld1\n fld1\n fadd %%st(1), %%st\n fld1\n fadd %%st(1), %%st\n fld1\n fadd %%st(1), %%st\n"
                 "fld1\n fadd %%st(1), %%st\n fld1\n fadd %%st(1), %%st\n fld1\n fadd %%st(1), %%st\n"
                 "fld1\n fadd %%st(1), %%st\n"
                 "faddp\n faddp\n faddp\n faddp\n faddp\n faddp\n faddp\n fstpl %0"
                 : "=m"(sum)
                 :
                 : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
    return sum;
}

inline void use_sse() {
    static const double one = 1, three = 3;
    asm volatile("movsd %0, %%xmm4\n movsd %1, %%xmm5\n divsd %%xmm5, %%xmm4\n" // inexact
                 "xorpd %%xmm6, %%xmm6\n divsd %%xmm6, %%xmm5\n"                // by zero
                 "sqrtps %%xmm4, %%xmm0\n"
                 "pcmpeqd %%xmm1, %%xmm1\n pcmpeqd %%xmm7, %%xmm7\n"
                 :
                 : "m"(one), "m"(three)
                 : "xmm0", "xmm1", "xmm4", "xmm5", "xmm6", "xmm7");
    use_high_vectors();
}

/// Changes all 256 bits of YMM0-15, or 512 of ZMM0-31 and k0-k7.
inline void use_wide_vectors() {
    if ((cpu_components() & COMPONENTS_ZMM) != 0)
        asm volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7\n kxnorq %%k\\n, %%k\\n, %%k\\n\n .endr\n"
                     ".irp n, " ZMM_NUMBERS "\n vpternlogd $255, %%zmm\\n, %%zmm\\n, %%zmm\\n\n .endr\n" ::
                         : VECTOR_REGISTERS);
    else if ((cpu_components() & COMPONENT_YMM) != 0)
        asm volatile(".irp n, " VECTOR_NUMBERS "\n"
                     "vcmptrueps %%ymm\\n, %%ymm\\n, %%ymm\\n\n .endr\n" ::
                         : VECTOR_REGISTERS);
}

inline void leave_wide_vectors() {
    if (cpu_components() != 0)
        asm volatile("vzeroall" ::: VECTOR_REGISTERS);
}

inline void use_mmx() {
    asm volatile(".irp n, 0, 1, 2, 3, 4, 5, 6, 7\n pcmpeqd %%mm\\n, %%mm\\n\n .endr\n emms" ::
                     : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
}

inline void use_every_register() {
    sum_of_eight();
    use_sse();
    use_mmx();
    use_wide_vectors();
    sum_of_thirds();
    use_general_registers();
}

#define X87_REGISTERS "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)"

// Code that leaves x87 registers in use, all but the first with FCW and FSW as they were.
inline constexpr void (*x87_leavers[])() = {
    [] {
        asm volatile("fld1" ::: X87_REGISTERS);
    },
    [] {
        asm volatile("fld1\n fincstp" ::: X87_REGISTERS);
    },
    [] {
        asm volatile("fld1\n fld1\n fincstp\n fincstp" ::: X87_REGISTERS);
    },
    [] {
        asm volatile("fldz\n ffree %%st(0)\n fldpi\n fincstp\n fincstp" ::: X87_REGISTERS);
    },
    [] {
        asm volatile(".rept 8\n fld1\n .endr" ::: X87_REGISTERS);
    },
    [] {
        asm volatile("pcmpeqd %%mm3, %%mm3" ::: X87_REGISTERS);
    }};

inline void use_string_instructions_backwards() {
    char from[16] = "fedcba987654321", to[16] = {};
    const char *source = from + 15;
    char *target = to + 15;
    std::size_t count = 16;
    asm volatile("std\n rep movsb\n cld" : "+S"(source), "+D"(target), "+c"(count)::"memory", "cc");
    if (std::memcmp(from, to, sizeof(to)) != 0)
        std::abort();
}

} // namespace exactness
