// Refused: cbframe passes no vectors of SVE, nor others whose size is the CPU's: pass a pointer
// Named: SVBool_t
#include <cbframe/type_of.hpp>

#include <arm_sve.h>

auto refused() {
    return cbframe::signature::of<int(int, svbool_t, ...)>(); // here
}
