#include "error/abort.hpp"

#include <windows.h>

#include <cstdlib>

namespace cbf::error {

void last_words(const char *text, std::size_t size) noexcept {
    DWORD written;
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, static_cast<DWORD>(size), &written, nullptr);
    std::abort();
}

} // namespace cbf::error
