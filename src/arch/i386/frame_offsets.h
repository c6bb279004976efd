// Where the assembly finds the fields of cbf_cpu and cbf_wide, and the shape of the entry's stack frame: i386.
// frame.cpp holds every number here against the C structs at compile time.
#pragma once

#include "arch/x86/numbers.h"

// Offsets in cbf_cpu.
#define CPU_EAX        0
#define CPU_ECX        4
#define CPU_EDX        8
#define CPU_EBX        12
#define CPU_ESP        16
#define CPU_EBP        20
#define CPU_ESI        24
#define CPU_EDI        28
#define CPU_EFLAGS     32
#define CPU_WIDE       36
#define CPU_FXSAVE     48
#define CPU_FCW        48
#define CPU_FSW        50
#define CPU_FTWX       52
#define CPU_FIP        56
#define CPU_MXCSR      72
#define CPU_MXCSR_MASK 76
#define CPU_FPR        80
#define CPU_XMM        208

// Behind cbf_cpu: tap_call.
#define CPU_TAP        560
#define CPU_TAP_WAY    564
#define CPU_TAP_RECORD 568

#define TAP_ORIGINAL 16 /* offset in what a tap's record leads to */

// Offsets in cbf_wide.
#define WIDE_YMM_HI128  0
#define WIDE_ZMM_HI256  128
#define WIDE_K          384
#define WIDE_COMPONENTS 448

#define COMPONENTS_HERE 0x64 /* the others are of 64-bit mode */

// What tail and slot push, then EFLAGS and EBP, lie above the frame pointer; what the entry keeps for
// itself lies below it; then, aligned to 64 bytes, cbf_cpu and tap_call, and above them cbf_wide at level `all`.
#define FRAME_ABOVE     16
#define FRAME_KEPT      16
#define FRAME_ALIGN     64
#define FRAME_CPU       576
#define FRAME_WIDE      512
#define FRAME_ARGUMENTS 16 /* of the handler */
