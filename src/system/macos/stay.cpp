#include "system/system.hpp"

#include <dlfcn.h>

namespace cbf::system {

void stay_loaded() noexcept {
    Dl_info self;
    if (dladdr(cbf_pool_code, &self) != 0)
        dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

} // namespace cbf::system
