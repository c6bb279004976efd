// Vectors of both widths of x86, in registers.
#pragma once

#include "abi/x86.hpp"

namespace cbf::arch {

/// Whether it is in a vector register of more than 16 bytes; in any.
inline bool is_wide(const abi::piece &of) {
    return of.in && (of.in->bank == &abi::x86::ymm || of.in->bank == &abi::x86::zmm);
}
inline bool is_vector(const abi::piece &of) { return of.in && (of.in->bank == &abi::x86::xmm || is_wide(of)); }

} // namespace cbf::arch
