// What the families of x86 conventions share: numbers of registers, and small pieces of a layout.
#pragma once

#include "abi/abi.hpp"

#include <cstddef>

namespace cbf::abi {

/// System V x86-64 psABI, 3.2.3: Linux, BSD. Vectors of 32 and 64 bytes travel in YMM and ZMM registers, as
/// in code compiled for AVX and AVX-512; see the two below for code that was not.
extern const convention &sysv_x64;
extern const convention &sysv_x64_avx; ///< without AVX-512: vectors of 64 bytes go to memory
extern const convention &sysv_x64_sse; ///< without AVX: vectors of 32 and 64 bytes go to memory
/// macOS, as clang: like sysv_x64, but a union of a long double and an integer travels in registers, and a vector of
/// one 64-bit integer in a general one.
extern const convention &sysv_x64_darwin;

/// Microsoft, "x64 calling convention", as MSVC and clang.
extern const convention &ms_x64;
/// The same as MinGW's gcc, and as gcc's __attribute__((ms_abi)): returns vectors of 32 and 64 bytes in memory.
extern const convention &ms_x64_mingw;
/// Microsoft, "__vectorcall", on x64.
extern const convention &vectorcall_x64;

/// 32-bit x86. System V i386 psABI, 2.2: Linux, BSD. Vectors of 8, 16, 32 and 64 bytes travel in MMX, XMM, YMM and ZMM
/// registers, as in code compiled for them; see data_model::widest_vector for code that was not. stdcall, fastcall and
/// thiscall are what gcc's attributes make there; as gcc, an argument of fastcall or thiscall that is an aggregate or
/// a 64-bit integer goes to the stack and nevertheless takes ECX and EDX from those behind it.
extern const convention &cdecl_x86_sysv;
extern const convention &stdcall_x86_sysv;
extern const convention &fastcall_x86_sysv;
extern const convention &thiscall_x86_sysv;

/// 32-bit Windows as MinGW's gcc: small structures are returned in registers, one that is a floating number on the x87
/// stack.
extern const convention &cdecl_x86_mingw;
extern const convention &stdcall_x86_mingw;
extern const convention &fastcall_x86_mingw;
extern const convention &thiscall_x86_mingw;

/// 32-bit Windows as MSVC. Microsoft, "__cdecl", "__stdcall", "__fastcall", "__thiscall", "__vectorcall".
extern const convention &cdecl_x86_msvc;
extern const convention &stdcall_x86_msvc;
extern const convention &fastcall_x86_msvc;
extern const convention &thiscall_x86_msvc;
extern const convention &vectorcall_x86_msvc;

/// 32-bit macOS. Apple, "OS X ABI Function Call Guide", IA-32 Function Calling Conventions.
extern const convention &cdecl_x86_darwin;
extern const convention &stdcall_x86_darwin;

/// The registers of x86. Numbers are those of Intel's manual (vol. 2, 3.1.1.1): RAX 0, RCX 1, RDX 2, RBX 3, …
namespace x86 {
extern const register_bank general64; ///< RAX … R15
extern const register_bank general32; ///< EAX … EDI
extern const register_bank xmm;       ///< XMM0 … XMM31
extern const register_bank ymm;       ///< YMM0 … YMM31, with XMM below
extern const register_bank zmm;       ///< ZMM0 … ZMM31, with YMM below
extern const register_bank x87;       ///< ST0 … ST7
extern const register_bank mmx;       ///< MM0 … MM7
} // namespace x86

} // namespace cbf::abi

namespace cbf::abi::x86 {

/// General registers by number.
enum : unsigned char { AX, CX, DX, BX, SP, BP, SI, DI, R8, R9 };

/// The bank of vector registers for so many bytes.
constexpr const register_bank &vector_bank(std::size_t size) {
    constexpr std::size_t of_xmm = 16;
    constexpr std::size_t of_ymm = 32;
    return size <= of_xmm ? xmm : size <= of_ymm ? ymm : zmm;
}

/// Bytes of a register or stack word that compilers fill when they pass a small integer.
inline constexpr std::size_t extended_size = 4;

} // namespace cbf::abi::x86
