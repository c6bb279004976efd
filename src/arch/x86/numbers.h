// Numbers of the x86 architecture that the entries of all its modes use.
#pragma once

// Of RFLAGS and EFLAGS.
#define STATUS_FLAGS    0x8d5 /* OF SF ZF AF PF CF */
#define TRAP_FLAG       0x100
#define DIRECTION_FLAG  0x400
#define ALIGNMENT_CHECK 0x40000
#define HOSTILE_FLAGS   (DIRECTION_FLAG | ALIGNMENT_CHECK) /* compiled code must not run with them */

#define MXCSR_RESERVED 0xffff0000

// What cpu has in place of the x87's words at level `sse`: FCW and FSW.
#define ABSENT_X87 0x5a5a5a5a
#if defined(NDEBUG)
#define FILLS_ABSENT_X87 0
#else
#define FILLS_ABSENT_X87 1 /* FPR, too */
#endif

// Of FSW where FCW and FSW are one word: TOP is not 0, or ES, an exception is pending.
#define X87_TOP_OR_PENDING 0x38800000

// Bits of cbf_wide.components: XCR0's.
#define COMPONENT_AVX     0x04
#define COMPONENTS_AVX512 0xe0
