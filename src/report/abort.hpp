// The last words of a process in which something was called that must not be.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cbframe::report {

/// Writes `before`, the address in hexadecimal, `after` and a line feed to standard error and aborts.
/// Async-signal-safe.
[[noreturn]] void abort(const char *before, std::uint64_t address, const char *after) noexcept;

/// Writes to standard error, as much of it as can be written; one file a system. Async-signal-safe.
void write_error(const char *text, std::size_t size) noexcept;

} // namespace cbframe::report
