// What all systems of POSIX share.
#include "system.hpp"

#include <dlfcn.h>
#include <unistd.h>

namespace cbf_lua {

bool stdout_is_terminal() noexcept { return isatty(STDOUT_FILENO) == 1; }

void stay_loaded() noexcept {
    Dl_info self;
    if (dladdr(reinterpret_cast<const void *>(stay_loaded), &self) != 0)
        dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

} // namespace cbf_lua
