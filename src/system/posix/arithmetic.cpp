#include "system/system.hpp"

namespace cbf::system {

default_arithmetic::default_arithmetic() noexcept {
    std::fegetenv(&callers_);
    std::fesetenv(FE_DFL_ENV);
}

default_arithmetic::~default_arithmetic() { std::fesetenv(&callers_); }

} // namespace cbf::system
