#include "system/system.hpp"

#include <windows.h>

namespace cbf::system {

void stay_loaded() noexcept {
    HMODULE self;
    GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<LPCSTR>(cbf_pool_code), &self);
}

} // namespace cbf::system
