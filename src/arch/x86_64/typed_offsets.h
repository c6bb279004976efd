// The memory of one call through a typed slot, for the assembly and for C++, which holds every number here
// against its structs at compile time. The entry lays it on the stack; offsets count from its first byte.
#pragma once

// cbf_v1_call: the same for all entries.
#define STATE_STACK   8  /* the address of the return address, where that is not at a fixed distance */
#define STATE_GENERAL 48 /* RAX and RDX of the result */
#define STATE_VECTOR  64 /* XMM0 of the result, or the whole of a wider register or of ST0 and ST1 */
#define STATE_SIZE    128

// System V: the argument registers follow, as va_arg wants them.
#define SYSV_GENERAL  128 /* RDI RSI RDX RCX R8 R9 */
#define SYSV_VECTOR   176 /* XMM0 … XMM7, 8 or 16 bytes each */
#define SYSV_GATHERED 304 /* arguments that are not whole or not aligned in their registers */
#define SYSV_NEXT     416 /* a variadic one of that kind */
#define SYSV_RETURN   440 /* the return address */

// The same with whole vector registers, aligned to 64: the return address is anywhere above.
#define SYSV_WIDE_VECTOR   192 /* 64 bytes each */
#define SYSV_WIDE_GATHERED 704
#define SYSV_WIDE_SAVED    1216 /* the general and XMM registers as va_arg wants them */
#define SYSV_WIDE_NEXT     1392
#define SYSV_WIDE_SIZE     1408

// Microsoft: XMM1 … XMM3 of the result follow XMM0, 64 bytes each; the general registers go to the
// caller's home space above the return address. Aligned to 64.
#define MS_HOME      8   /* from the return address: RCX RDX R8 R9 */
#define MS_VECTOR    320 /* XMM0 … XMM5, 64 bytes each */
#define MS_GATHERED  704
#define MS_NOTHING   1088 /* an address, aligned to 64, of records that have none and no bytes but padding */
#define MS_SCATTERED 1152 /* a result that is not in one place */
#define MS_KEPT      1408 /* XMM6 … XMM15 of the caller */
#define MS_SIZE      1568

// What an entry loads when the handler has returned.
#define LOAD_PLAIN       0 /* RAX, RDX, 8 bytes each of XMM0 and, System V, XMM1 */
#define LOAD_XMM         1 /* 16 bytes of XMM0; Microsoft: of XMM0 … XMM3 */
#define LOAD_YMM         2
#define LOAD_ZMM         3
#define LOAD_X87         4 /* ST0 */
#define LOAD_COMPLEX_X87 5 /* ST0, and ST1 16 bytes above it */
#define LOAD_POINTER     6 /* RAX: the address of the result, which the caller gave */
