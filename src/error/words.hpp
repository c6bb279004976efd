// What statuses are called.
#pragma once

namespace cbf::error {

/// The words of a cbf_status, of any number that C may give for one.
const char *words(unsigned status) noexcept;

} // namespace cbf::error
