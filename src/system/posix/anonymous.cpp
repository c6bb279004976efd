// Pages of slot code that are written once and then sealed: the last resort.
#include "system/system.hpp"

#include <sys/mman.h>

#include <cstring>

namespace cbf::system {

bool seal_anonymous_code(arch::slot_kind kind, std::byte *at) noexcept {
    std::memcpy(at, arch::image_code(kind), arch::run_size);
    return mprotect(at, arch::run_size, PROT_READ | PROT_EXEC) == 0;
}

} // namespace cbf::system
