// x86-64 where C++ is compiled for the Microsoft convention, by MinGW's gcc.
#include "arch/x86_64/variadic.hpp"

#include <cstdarg>

namespace cbf {

namespace arch {

// Microsoft, "x64 calling convention", Varargs: va_list is the address of the next word.
static_assert(sizeof(std::va_list) == sizeof(std::byte *));

void begin_words(cbf_v1_call &call, std::byte *first) noexcept { next_word(call) = first; }

std::byte *&next_word(cbf_v1_call &call) noexcept { return *reinterpret_cast<std::byte **>(call.list); }

} // namespace arch

} // namespace cbf
