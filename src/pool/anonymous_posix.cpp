// Pages of slot code that are written once and then sealed: the last resort.
#include "source.hpp"

#include <sys/mman.h>

#include <cstring>

namespace cbframe::pool {

bool seal_anonymous_code(slot_kind kind, std::byte *at) noexcept {
    std::memcpy(at, image_code(kind), run_size);
    return mprotect(at, run_size, PROT_READ | PROT_EXEC) == 0;
}

} // namespace cbframe::pool
