#include "system/system.hpp"

#include <dlfcn.h>
#include <link.h>

// Not in the C library of a program that is linked statically, and before glibc 2.34 in a library of their own.
extern "C" decltype(dladdr1) dladdr1 [[gnu::weak]];
extern "C" decltype(dlopen) dlopen [[gnu::weak]];

namespace cbf::system {

void stay_loaded() noexcept {
    if (dladdr1 == nullptr || dlopen == nullptr)
        return;
    Dl_info self;
    link_map *image = nullptr;
    if (dladdr1(cbf_pool_code, &self, reinterpret_cast<void **>(&image), RTLD_DL_LINKMAP) == 0 || image == nullptr)
        return;
    if (image->l_name[0] != '\0') // or it is the program, which stays
        dlopen(image->l_name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

} // namespace cbf::system
