// The conventions of 64-bit Arm, and its registers.
#pragma once

#include "abi/abi.hpp"

namespace cbf::abi {

/// Arm, "Procedure Call Standard for the Arm 64-bit Architecture" (AAPCS64): Linux, BSD.
extern const convention &aapcs64;
/// Apple, "Writing ARM64 code for Apple platforms": arguments on the stack take as many bytes as they have, variadic
/// ones are all there.
extern const convention &aapcs64_darwin;
/// Microsoft, "Overview of ARM64 ABI conventions": a variadic function takes all arguments as words, in general
/// registers and on the stack. (ARM64EC, which is called as x64 code is, is another convention.)
extern const convention &aapcs64_windows;

/// Numbers are those of Arm's manual.
namespace aarch64 {
extern const register_bank general; ///< X0 … X30
extern const register_bank vector;  ///< V0 … V31

/// That by which AAPCS64 (5.9) aligns an argument: of a record that of its members, before any alignment of the whole.
std::size_t natural_alignment(const data_model &sizes, const type &of);
} // namespace aarch64

} // namespace cbf::abi
