// Memory of what slots lead to, in quarantine as the slots are.
#pragma once

#include <cbframe/detail/call.h>

#include <cstddef>

namespace cbf::memory {

/// See cbf_v1_allocate, cbf_v1_deallocate, cbf_v1_retire, cbf_v1_retire_closure.
void *allocate(std::size_t size, std::size_t alignment) noexcept;
void deallocate(void *memory, std::size_t alignment) noexcept;
void retire(void *memory, std::size_t alignment) noexcept;
void retire_closure(cbf_v1_closure *closure, std::size_t alignment) noexcept;

} // namespace cbf::memory
