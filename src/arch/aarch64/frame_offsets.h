// Where the assembly finds the fields of cbf_cpu and cbf_wide, and the shape of the entry's stack frame.
// frame.cpp holds every number here against the C structs at compile time.
#pragma once

// Offsets in cbf_cpu.
#define CPU_X(n) (8 * (n))
#define CPU_X16  128
#define CPU_X29  232
#define CPU_X30  240
#define CPU_SP   248
#define CPU_NZCV 256
#define CPU_FPCR 264
#define CPU_FPSR 272
#define CPU_WIDE 280
#define CPU_V    288
#define CPU_SIZE 800

// Behind cbf_cpu: tap_call, and what keeps SP a multiple of 16.
#define CPU_TAP        800
#define CPU_TAP_WAY    808
#define CPU_TAP_RECORD 816
#define CPU_END        832

#define TAP_ORIGINAL 16 /* offset in what a tap's record leads to */

// Offsets in cbf_wide.
#define WIDE_Z             0
#define WIDE_Z_SIZE        256
#define WIDE_P             8192
#define WIDE_P_SIZE        32
#define WIDE_FFR           8704
#define WIDE_VECTOR_LENGTH 8736
#define WIDE_SIZE          8752

// Above the frame pointer lie X29 and X30, then X16 and X17, which the slot stored; below it cbf_cpu, tap_call, and
// cbf_wide above that at level `all`.
#define FRAME_ABOVE 32
