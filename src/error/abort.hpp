// The last words of a process in which something was called that must not be.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cbf::error {

/// Writes `before`, the address in hexadecimal, `after` and a line feed to standard error and aborts.
/// Async-signal-safe.
[[noreturn]] void abort(const char *before, std::uint64_t address, const char *after) noexcept;

/// The same of words alone.
[[noreturn]] void abort(const char *before, const char *after) noexcept;

/// Writes to standard error, as much of it as can be written, and aborts: what a system must bring for abort().
/// Async-signal-safe; no cancellation of the thread ends it half-way.
[[noreturn]] void last_words(const char *text, std::size_t size) noexcept;

} // namespace cbf::error
