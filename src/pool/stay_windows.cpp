// Keeps the DLL in the process.
#include "source.hpp"

#include <windows.h>

namespace {

[[gnu::constructor]] void stay() {
    HMODULE self;
    GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<LPCSTR>(cbf_pool_code), &self);
}

} // namespace
