// Where arguments and results are while a call is under way.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/detail/call.h>

#include <cstddef>
#include <cstdint>

namespace cbframe::detail {

/// Where an argument is as a rule: 32-bit C passes all of them on the stack.
inline constexpr std::uint32_t usual_base = sizeof(void *) == 4 ? CBF_BASE_STACK : CBF_BASE_ARGUMENTS;

/// Whether the place is where an argument is as a rule, and of this size: asked for every argument, in one comparison.
inline bool is_usual(const cbf_v1_place &place, std::size_t size) noexcept {
    std::uint64_t base_and_size;
    static_assert(offsetof(cbf_v1_place, size) == offsetof(cbf_v1_place, base) + sizeof(std::uint32_t));
    __builtin_memcpy(&base_and_size, &place.base, sizeof(base_and_size));
    return base_and_size == (static_cast<std::uint64_t>(size) << 32 | usual_base);
}

/// What a usual place's offset counts from.
inline unsigned char *usual_start(cbf_v1_call &call) noexcept {
    return usual_base == CBF_BASE_STACK ? call.stack : reinterpret_cast<unsigned char *>(&call);
}

inline void *address_of(cbf_v1_call &call, const cbf_v1_place &place) noexcept {
    if (place.base == usual_base) [[likely]]
        return usual_start(call) + place.offset;
    unsigned char *const in_state = reinterpret_cast<unsigned char *>(&call) + place.offset;
    if (place.base == CBF_BASE_ARGUMENTS)
        return in_state;
    unsigned char *const stacked = call.stack + place.offset;
    if (place.base == CBF_BASE_STACK)
        return stacked;
    void *address;
    __builtin_memcpy(&address, place.base == CBF_BASE_POINTER ? in_state : stacked, sizeof(address));
    return address;
}

} // namespace cbframe::detail

#endif
