// The registers at one end of a call, for the assembly and for C++.
#pragma once

#define MACHINE_GENERAL   0    /* 32 of 8 bytes, by number; of aarch64 the last is SP */
#define MACHINE_VECTOR    256  /* 16 of 64 bytes, of which 32 are used, or 16 on aarch64 */
#define MACHINE_X87       1280 /* ST0 and ST1 in 16 bytes each */
#define MACHINE_MMX       1312 /* 8 of 8 bytes */
#define MACHINE_X87_COUNT 1376
#define MACHINE_MMX_USE   1384
#define MACHINE_POPPED    1392
#define MACHINE_SIZE      1408

#define MACHINE_MMX_ARGUMENTS 1
#define MACHINE_MMX_RESULT    2

#if !defined(__ASSEMBLER__)

#include <cstddef>
#include <cstdint>

struct machine {
    std::uint64_t general[32];
    unsigned char vector[16][64];
    unsigned char x87[2][16];
    unsigned char mmx[8][8];
    std::uint64_t x87_count; // results on the x87 stack
    std::uint64_t mmx_use;   // which of MACHINE_MMX_ARGUMENTS and MACHINE_MMX_RESULT are in MMX registers
    std::uint64_t popped;    // bytes that the function pops beside its return address
};

static_assert(offsetof(machine, general) == MACHINE_GENERAL);
static_assert(offsetof(machine, vector) == MACHINE_VECTOR);
static_assert(offsetof(machine, x87) == MACHINE_X87);
static_assert(offsetof(machine, mmx) == MACHINE_MMX);
static_assert(offsetof(machine, x87_count) == MACHINE_X87_COUNT);
static_assert(offsetof(machine, mmx_use) == MACHINE_MMX_USE);
static_assert(offsetof(machine, popped) == MACHINE_POPPED);

/// Where the stack pointer is in machine::general, and the bytes of the return address that it points at.
#if defined(__aarch64__)
inline constexpr std::size_t machine_stack_pointer = 31, return_address_size = 0;
#elif defined(__riscv)
inline constexpr std::size_t machine_stack_pointer = 2, return_address_size = 0;
#else
inline constexpr std::size_t machine_stack_pointer = 4, return_address_size = sizeof(void *);
#endif

extern "C" {
extern machine probe_state;
/// The function that is called: captures probe_state, lets probe_inspect change it, and returns with it.
void probe();
void probe_inspect();
/// Calls function with the registers in state and the bytes at stack above the return address; then stores
/// the registers and how many of the bytes were popped.
void invoke(machine *state, void *function, const void *stack, std::size_t size, std::size_t alignment);
/// Clears the x87 registers that MMX vectors were in, as who calls with such does.
void invoke_emms();
}

#endif
