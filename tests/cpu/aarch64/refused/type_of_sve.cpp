// Refused: cbframe passes no vectors of SVE, nor others whose size is the CPU's: pass a pointer
#include <cbframe/type_of.hpp>

#include <arm_sve.h>

using known = svbool_t __attribute__((arm_sve_vector_bits(256)));

auto refused() {
    return cbframe::type_of<known>(); // here
}
