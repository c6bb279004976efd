#include "system/system.hpp"

#include <cstdint>
#include <immintrin.h>

namespace cbf::system {

// MinGW's fesetenv(FE_DFL_ENV) leaves MXCSR as it is.
default_arithmetic::default_arithmetic() noexcept {
    constexpr std::uint16_t default_fcw = 0x37f;
    constexpr unsigned default_mxcsr = 0x1f80;
    static_assert(sizeof(callers_) >= 28, "FSTENV: Intel SDM vol. 1, 8.1.10");
    asm volatile("fnstenv %0\n fnclex\n fldcw %1" : "=m"(callers_) : "m"(default_fcw));
    callers_control_ = _mm_getcsr();
    _mm_setcsr(default_mxcsr);
}

default_arithmetic::~default_arithmetic() {
    _mm_setcsr(callers_control_);
    asm volatile("fldenv %0" : : "m"(callers_));
}

} // namespace cbf::system
