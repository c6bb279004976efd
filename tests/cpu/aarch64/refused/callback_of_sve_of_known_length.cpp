// Refused: cbframe passes no vectors of SVE, nor others whose size is the CPU's: pass a pointer
// Named: arm_sve_vector_bits
#include <cbframe/callback.hpp>

#include <arm_sve.h>

using known = svint32_t __attribute__((arm_sve_vector_bits(256)));

cbframe::callback<known()> refused{[] { return known(); }}; // here
