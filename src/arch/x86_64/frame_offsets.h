// Where the assembly finds the fields of cbf_cpu and cbf_wide, and the shape of the entry's stack frame.
// frame.cpp holds every number here against the C structs at compile time.
#pragma once

#include "arch/x86/numbers.h"

#define INITIAL_FCW 0x37f

// Offsets in cbf_cpu.
#define CPU_RAX        0
#define CPU_RCX        8
#define CPU_RDX        16
#define CPU_RBX        24
#define CPU_RSP        32
#define CPU_RBP        40
#define CPU_RSI        48
#define CPU_RDI        56
#define CPU_R8         64
#define CPU_R9         72
#define CPU_R10        80
#define CPU_R11        88
#define CPU_R12        96
#define CPU_R13        104
#define CPU_R14        112
#define CPU_R15        120
#define CPU_EFLAGS     128
#define CPU_WIDE       136
#define CPU_FXSAVE     144
#define CPU_FCW        144
#define CPU_FSW        146
#define CPU_FTWX       148
#define CPU_FIP        152
#define CPU_FDP        160
#define CPU_MXCSR      168
#define CPU_MXCSR_MASK 172
#define CPU_FPR        176
#define CPU_XMM        304

// Behind cbf_cpu: tap_call.
#define CPU_TAP        656
#define CPU_TAP_WAY    664
#define CPU_TAP_RECORD 672

#define TAP_ORIGINAL 16 /* offset in what a tap's record leads to */

// Offsets in cbf_wide.
#define WIDE_YMM_HI128  0
#define WIDE_ZMM_HI256  256
#define WIDE_HI16_ZMM   768
#define WIDE_K          1792
#define WIDE_COMPONENTS 1856

// What the slot pushes, then RFLAGS and RBP, lie above the frame pointer; what the entry keeps for
// itself lies below it; then, aligned to 64 bytes, cbf_cpu and tap_call, and above them cbf_wide at level `all`.
#define FRAME_ABOVE 32
#define FRAME_KEPT  8
#define FRAME_ALIGN 64
#define FRAME_CPU   704
#define FRAME_WIDE  1920
