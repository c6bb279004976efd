// A call as one line of text.
#pragma once

#include <cbframe/cbframe.h>

#include <string>
#include <string_view>

namespace cbf {

/// See cbf_cpu_format_call.
std::string format_call(const cbf_cpu &cpu, std::string_view name);

} // namespace cbf
