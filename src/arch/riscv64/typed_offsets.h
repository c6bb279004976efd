// The memory of one call through a typed slot, for the assembly and for C++, which holds every number here
// against its structs at compile time. The entry lays it on the stack; offsets count from its first byte.
#pragma once

// cbf_v1_call.
#define STATE_STACK   8  /* the address of the arguments on the stack */
#define STATE_GENERAL 48 /* X10 and X11 of the result, or a result that is not in one place */
#define STATE_VECTOR  64 /* F10 and F11 of the result */
#define STATE_SIZE    128

#define STATE_FLOATING 128 /* F10 … F17 */
#define STATE_RESULT   192 /* the address of a result that is not in one place and has padding */
#define STATE_GATHERED 208 /* arguments that are not whole or not aligned in their registers: 12 at most */
#define STATE_RECORD   416 /* X8 and X1 */

// Behind it the argument registers, below the arguments on the stack: as va_arg wants them.
#define STATE_ARGUMENTS     432 /* X10 … X17 */
#define STATE_AND_ARGUMENTS 496

// What is loaded of a result: cbf_v1_plan::loads. 0: as it is.
#define LOAD_SIGNED_32    1
#define LOAD_FLOAT        2 /* F10 is a float */
#define LOAD_FLOAT_FLOAT  3 /* F10 and F11 are */
#define LOAD_DOUBLE_FLOAT 4 /* F11 is */
#define LOAD_ZERO_8       5
#define LOAD_SIGNED_8     6
#define LOAD_ZERO_16      7
#define LOAD_SIGNED_16    8
