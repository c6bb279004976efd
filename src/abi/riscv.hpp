// The conventions of 64-bit RISC-V, and its registers.
#pragma once

#include "abi/abi.hpp"

namespace cbf::abi {

/// "RISC-V ELF psABI", 2, Procedure Calling Convention: Linux, BSD. Numbers of float and double travel in registers of
/// their own.
extern const convention &lp64d;
/// The same with such registers for float alone, and with none.
extern const convention &lp64f;
extern const convention &lp64;

/// Numbers are those of the RISC-V manual.
namespace riscv {
extern const register_bank general;  ///< X0 … X31
extern const register_bank floating; ///< F0 … F31
} // namespace riscv

} // namespace cbf::abi
