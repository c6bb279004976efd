// What lies between a slot and a handler, as the rest of the library sees it.
#pragma once

#include <cbframe/cbframe.h>

#include <cstddef>

// The entries, in assembly, one for each level. A slot's page jumps to one of them; nothing calls them.
extern "C" {
[[gnu::visibility("hidden")]] void cbf_entry_legacy();
[[gnu::visibility("hidden")]] void cbf_entry_all();

/// The handler of freed frames.
[[gnu::visibility("hidden")]] void cbf_entry_trap();
}

namespace cbframe::entry {

/// Where RSP or ESP is in cbf_cpu::GPR, as Intel counts.
inline constexpr std::size_t stack_pointer = 4;

/// The most bytes of the caller's stack that slot and entry take before the handler runs.
std::size_t stack_size(cbf_level level) noexcept;

} // namespace cbframe::entry
