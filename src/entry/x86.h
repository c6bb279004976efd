// Numbers of the x86 architecture that the entries of all its modes use.
#pragma once

#define STATUS_FLAGS   0x8d5   /* OF SF ZF AF PF CF */
#define HOSTILE_FLAGS  0x40400 /* AC DF: compiled code must not run with them */
#define MXCSR_RESERVED 0xffff0000

// Bits of cbf_wide.components: XCR0's.
#define COMPONENT_AVX     0x04
#define COMPONENTS_AVX512 0xe0
