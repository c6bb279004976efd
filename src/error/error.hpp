// What ends in a status other than CBF_OK.
#pragma once

#include <cbframe/cbframe.h>

#include <exception>

namespace cbf::error {

/// Thrown inside the library alone: c_api/ answers its status, whose words say the rest.
struct status_error : std::exception {
    explicit status_error(cbf_status its_status) noexcept : status(its_status) {}

    cbf_status status;
};

} // namespace cbf::error
