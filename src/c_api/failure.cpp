#include "failure.hpp"

#include "error/words.hpp"

#include <algorithm>
#include <cstddef>

namespace cbf::c_api {

namespace {

// No std::string: to say that memory ran out needs none.
thread_local char detail[512];

} // namespace

cbf_status failed(cbf_status code, std::string_view why) noexcept {
    constexpr std::string_view prefix = "cbframe: ";
    if (why.starts_with(prefix))
        why.remove_prefix(prefix.size());
    const std::size_t length = std::min(why.size(), sizeof(detail) - 1);
    std::copy_n(why.begin(), length, detail);
    detail[length] = '\0';
    return code;
}

cbf_status failed(cbf_status code) noexcept { return failed(code, cbf_strerror(code)); }

cbf_status failed(const std::system_error &error) noexcept {
    return failed(error.code() == std::errc::not_enough_memory ? CBF_NO_MEMORY : CBF_SYSTEM_ERROR, error.what());
}

cbf_status refuse(std::string_view why) noexcept { return failed(CBF_INVALID_ARGUMENT, why); }

void write(const std::string &text, char *buffer, std::size_t size, std::size_t *length) noexcept {
    *length = text.size();
    if (size == 0)
        return;
    const std::size_t written = std::min(text.size(), size - 1);
    std::memcpy(buffer, text.data(), written);
    buffer[written] = '\0';
}

} // namespace cbf::c_api

extern "C" {

using cbf::c_api::number;

const char *cbf_error_detail(void) noexcept { return cbf::c_api::detail; }

const char *cbf_strerror(cbf_status status) noexcept { return cbf::error::words(number(status)); }

} // extern "C"
