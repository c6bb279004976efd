// Refused: cbframe passes no vectors of SVE, nor others whose size is the CPU's: pass a pointer
// Named: SVInt32_t
#include <cbframe/callback.hpp>

#include <arm_sve.h>

cbframe::callback<void(svint32_t)> refused{[](svint32_t) {}}; // here
