// The memory of one call through a typed slot, for the assembly and for C++, which holds every number here
// against its structs at compile time. The entry lays it on the stack; offsets count from its first byte.
#pragma once

// cbf_v1_call: the same for all entries.
#define STATE_STACK   4  /* the address of the return address */
#define STATE_GENERAL 48 /* EAX and EDX of the result */
#define STATE_VECTOR  64 /* XMM0 of the result, or the whole of a wider register, or MM0 or ST0 */
#define STATE_SIZE    128

// The argument registers, from the return address.
#define STACK_ECX -8
#define STACK_EDX -12

// Where vectors travel in registers the state is aligned to 64. XMM1 … XMM3 of the result follow XMM0, 64
// bytes each.
#define WIDE_VECTOR    320  /* XMM0 … XMM5, 64 bytes each */
#define WIDE_MMX       704  /* MM0 … MM2, 8 bytes each */
#define WIDE_GATHERED  768  /* arguments that are not whole in their registers */
#define WIDE_SCATTERED 1152 /* a result that is not in one place */
#define WIDE_SIZE      1408

// What an entry loads when the handler has returned: in the low bits of the handler's answer. The bytes to pop
// are a multiple of four, their fourths are in the others.
#define LOAD_PLAIN     0 /* EAX, EDX */
#define LOAD_POINTER   1 /* EAX: the address of the result, which the caller gave on the stack */
#define LOAD_ECX       2 /* EAX: the same, given in ECX */
#define LOAD_FLOAT     3 /* ST0 */
#define LOAD_DOUBLE    4 /* ST0 */
#define LOAD_X87       5 /* ST0 */
#define LOAD_MMX       6 /* MM0 */
#define LOAD_XMM       7 /* XMM0 */
#define LOAD_FOUR_XMM  8 /* XMM0 … XMM3 */
#define LOAD_FOUR_YMM  9
#define LOAD_FOUR_ZMM  10
#define LOAD_MASK      15
#define LOAD_POP_SHIFT 4
