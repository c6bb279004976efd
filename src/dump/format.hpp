// A CPU state as text.
#pragma once

#include <cbframe/cbframe.h>

#include <string>

namespace cbf {

/// See cbf_cpu_format. Throws std::bad_alloc.
std::string format(const cbf_cpu &cpu, const cbf_format_options &options);

} // namespace cbf
