#include "error/abort.hpp"
#include "system/system.hpp"

#include <unistd.h>

#include <cstdlib>

namespace cbf::error {

void last_words(const char *text, std::size_t size) noexcept {
    const system::uncancellable guard; // or writing ends the thread, and the process without a word
    const char *const end = text + size;
    while (text < end) {
        const ssize_t written = ::write(STDERR_FILENO, text, static_cast<std::size_t>(end - text));
        if (written <= 0)
            break;
        text += written;
    }
    std::abort();
}

} // namespace cbf::error
