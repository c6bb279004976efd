// Memory that may or may not be there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cbframe::dump {

/// Copies out.size() bytes from address in this process, or as many as are readable up to the first
/// one that is not, and returns how many it copied. address may be any number: nothing faults, no
/// signal is raised. What lies behind the first unreadable byte is not looked at. Keeps errno.
std::size_t copy_readable(std::uintptr_t address, std::span<std::byte> out) noexcept;

/// Copies all of it or answers false; the bytes are within one page. Keeps errno, or what Windows has for it. One file
/// a system.
bool copy_within_page(std::uintptr_t address, std::span<std::byte> out) noexcept;

} // namespace cbframe::dump
