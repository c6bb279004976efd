// What x86-64 reads variadic arguments by; what depends on the convention of the system's own C++, one file each.
#pragma once

#include <cbframe/detail/call.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>

namespace cbf::arch {

/// System V x86-64 psABI, 3.5.7: what va_list is an array of one of.
struct va_list_tag {
    std::uint32_t gp_offset;
    std::uint32_t fp_offset;
    std::byte *overflow_arg_area;
    std::byte *reg_save_area;
};
static_assert(sizeof(va_list_tag) <= sizeof(cbf_v1_call::list));

inline constexpr std::uint32_t end_of_general = 6 * 8;
inline constexpr std::uint32_t end_of_vector = end_of_general + 8 * 16;

inline va_list_tag &list_of(cbf_v1_call &call) noexcept { return *reinterpret_cast<va_list_tag *>(call.list); }

/// Makes the call's list this system's va_list of arguments in words of memory, which is how the Microsoft convention
/// passes all variadic ones.
void begin_words(cbf_v1_call &call, std::byte *first) noexcept;

/// The next word of such a list.
std::byte *&next_word(cbf_v1_call &call) noexcept;

} // namespace cbf::arch
