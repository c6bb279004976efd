// What ends in a status other than CBF_OK.
#pragma once

#include <cbframe/cbframe.h>

#include <exception>

namespace cbf::error {

/// Thrown inside the library alone: c_api/ answers its status. words: say the rest, live forever; null: those of the
/// status do.
struct status_error : std::exception {
    explicit status_error(cbf_status its_status, const char *its_words = nullptr) noexcept
        : status(its_status), words(its_words) {}

    cbf_status status;
    const char *words;
};

} // namespace cbf::error
