// x86-64 where C++ is compiled for the System V ABI.
#include "arch/x86_64/variadic.hpp"

#include <cstdarg>

namespace cbf {

namespace arch {

static_assert(sizeof(va_list_tag) == sizeof(std::va_list));

// To va_arg, the registers are used up.
void begin_words(cbf_v1_call &call, std::byte *first) noexcept {
    list_of(call) = {end_of_general, end_of_vector, first, nullptr};
}

std::byte *&next_word(cbf_v1_call &call) noexcept { return list_of(call).overflow_arg_area; }

} // namespace arch

} // namespace cbf
