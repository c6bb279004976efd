// Refused: cbframe passes no vectors of SVE, nor others whose size is the CPU's: pass a pointer
#include <cbframe/callback.hpp>

#include <arm_sve.h>

cbframe::callback refused{[](int) { return svptrue_b8(); }}; // here
