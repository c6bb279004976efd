// What a call of exactness_call is told, whatever the architecture; for C++ and the assembler.
#pragma once

// How the x87 state of the call is made.
#define X87_BY_FXRSTOR  0 /* from state.fx */
#define X87_BY_FNINIT   1
#define X87_BY_XRSTOR   2 /* XRSTOR's initial configuration */
#define X87_BY_FLD_FSTP 3 /* as after FNINIT, but a register has been used */
#define X87_BY_MMX      4 /* all MMX registers loaded with the mantissas in state.fx */
#define X87_BY_FFREE    5 /* five values, one in the middle freed, then FINCSTP */

// Bits of XCR0.
#define COMPONENT_YMM  0x04
#define COMPONENTS_ZMM 0xe0

// Bytes above RSP at the call that the callee may pop.
#define CALL_ARGUMENTS 8192

// Bytes below RSP at the call that are not what an earlier call has left there.
#define CALL_STACK 4096
