#include "system/system.hpp"

namespace cbframe::system {

default_arithmetic::default_arithmetic() noexcept {
    std::fegetenv(&callers_);
    std::fesetenv(FE_DFL_ENV);
}

default_arithmetic::~default_arithmetic() { std::fesetenv(&callers_); }

} // namespace cbframe::system
