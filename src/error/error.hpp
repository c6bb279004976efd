// What can go wrong, as std::error_code.
#pragma once

#include <cbframe/cbframe.h>

#include <system_error>

namespace cbf {

/// The errors of this library: the values of cbf_status, which say what they mean.
enum class errc {
    invalid_argument = CBF_INVALID_ARGUMENT,
    no_memory = CBF_NO_MEMORY,
    no_executable = CBF_NO_EXECUTABLE,
    not_a_slot = CBF_NOT_A_SLOT,
    freed = CBF_FREED,
    busy = CBF_BUSY,
    system_error = CBF_SYSTEM_ERROR,
};

/// The category of errc, named "cbframe". Its messages are those of cbf_strerror.
const std::error_category &error_category() noexcept;

inline std::error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), error_category()}; }

} // namespace cbf

template <>
struct std::is_error_code_enum<cbf::errc> : std::true_type {};
