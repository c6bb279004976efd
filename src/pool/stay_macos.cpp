// Keeps the library in the process.
#include "source.hpp"

#include <dlfcn.h>

namespace {

[[gnu::constructor]] void stay() {
    Dl_info self;
    if (dladdr(cbf_pool_code, &self) != 0)
        dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

} // namespace
