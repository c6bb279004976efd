#include "abort.hpp"

#include <windows.h>

namespace cbframe::report {

void write_error(const char *text, std::size_t size) noexcept {
    DWORD written;
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, static_cast<DWORD>(size), &written, nullptr);
}

} // namespace cbframe::report
