// The memory of one call through a typed slot, for the assembly and for C++, which holds every number here
// against its structs at compile time. The entry lays it on the stack; offsets count from its first byte.
#pragma once

// cbf_v1_call.
#define STATE_STACK   8  /* the address of the arguments on the stack */
#define STATE_GENERAL 48 /* X0 and X1 of the result */
#define STATE_VECTOR  64 /* V0 … V3 of the result */
#define STATE_SIZE    128

// The argument registers follow, as va_arg wants them.
#define STATE_ARGUMENTS    128 /* X0 … X7 */
#define STATE_VECTORS      192 /* V0 … V7 */
#define STATE_POINTER      320 /* X8 */
#define STATE_NEXT         336 /* a variadic argument that is not whole or not aligned where it is */
#define STATE_SCATTERED    448 /* a result that is not in one place, or its address in the room */
#define STATE_GATHERED     528 /* arguments that are not whole or not aligned in their registers */
#define STATE_GATHERED_END 784
#define STATE_EMPTY        784 /* what is passed nowhere, padding, if it is small */
#define STATE_EMPTY_END    800
#define STATE_EMPTY_LARGE  800 /* the address of what is not */
#define STATE_EMPTY_RESULT 808 /* the same of a result */
#define STATE_AND_ROOM     816
