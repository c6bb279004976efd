// Texts that C functions write as snprintf does.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/error.hpp>

#include <cstddef>
#include <string>

namespace cbframe::detail {

/// The text that write(buffer, size, &length) writes, a cbf_status. Memory that is read meanwhile may change, and with
/// it the length. Throws error and std::bad_alloc.
template <class Write>
std::string text_of(Write write) {
    std::string text;
    std::size_t length = 1023;
    do {
        text.resize(length);
        check(write(text.data(), text.size() + 1, &length));
    } while (length > text.size());
    text.resize(length);
    return text;
}

} // namespace cbframe::detail

#endif
