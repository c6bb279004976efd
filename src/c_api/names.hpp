// What texts may call types.
#pragma once

#include "abi/parse.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>

namespace cbf::c_api {

/// Those that a caller gives, and behind them those that C's own headers define. Throws std::invalid_argument if one
/// has no type.
type_names names_of(const cbf_named_type *names, std::size_t count);

} // namespace cbf::c_api
