// x86-64 where C++ is compiled for the Microsoft convention, by MinGW's gcc.
#include "compiled.hpp"
#include "x86_64.hpp"

#include <cstdarg>

namespace cbframe {

namespace closures {

const abi::convention &system_convention() noexcept { return abi::ms_x64_mingw; }

std::string_view certain_conventions() noexcept { return "ms_x64_mingw"; }

// Microsoft, "x64 calling convention", Varargs: va_list is the address of the next word.
static_assert(sizeof(std::va_list) == sizeof(std::byte *));

void begin_words(detail::call_state &call, std::byte *first) noexcept { next_word(call) = first; }

std::byte *&next_word(detail::call_state &call) noexcept { return *reinterpret_cast<std::byte **>(call.list); }

} // namespace closures

} // namespace cbframe
