// Where the assembly finds the fields of cbf_cpu, and the shape of the entry's stack frame.
// frame.cpp holds every number here against the C structs at compile time.
#pragma once

// Offsets in cbf_cpu.
#define CPU_X(n) (8 * (n))
#define CPU_F(n) (256 + 8 * (n))
#define CPU_FCSR 512
#define CPU_WIDE 520
#define CPU_SIZE 528

// Behind cbf_cpu: tap_call, and what keeps SP a multiple of 16.
#define CPU_TAP        528
#define CPU_TAP_WAY    536
#define CPU_TAP_RECORD 544
#define CPU_END        560

#define TAP_ORIGINAL 16 /* offset in what a tap's record leads to */

#define WIDE_SIZE 16 /* of cbf_wide */

// Above cbf_cpu, tap_call, and cbf_wide at level `all`, lie X8 and X1, then X6 and X7, for all of which the slot makes
// room and of which it stores the latter.
#define FRAME_ABOVE 32
