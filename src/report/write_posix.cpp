#include "abort.hpp"

#include <unistd.h>

namespace cbframe::report {

void write_error(const char *text, std::size_t size) noexcept {
    const char *const end = text + size;
    while (text < end) {
        const ssize_t written = ::write(STDERR_FILENO, text, static_cast<std::size_t>(end - text));
        if (written <= 0)
            return;
        text += written;
    }
}

} // namespace cbframe::report
