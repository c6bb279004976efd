// What is computed of a signature before any call.
#pragma once

#include <cbframe/callback.hpp>

#include <cstddef>
#include <vector>

namespace cbframe::arch {

/// Of the copies in the room of a call, see plan::room.
inline constexpr std::size_t room_alignment = 64;

/// An argument on the stack that is not aligned there: its first word, when it has been copied to an aligned place,
/// becomes the address of the copy.
struct realigned_argument {
    std::int32_t stack; ///< from the return address
    std::uint32_t room; ///< from the first aligned byte of the room
    std::uint32_t size;
};

/// The plan and all that it points at.
struct full_plan : detail::plan {
    abi::call_layout layout;
    abi::data_model sizes;
    bool has_native_list = true; ///< whether this system's va_list can reach what `...` takes
    std::vector<detail::place> argument_places;
    std::vector<detail::move> gathers;         ///< done by begin()
    std::vector<realigned_argument> realigned; ///< likewise
    std::vector<detail::move> scatters;        ///< done by end()
};

inline const full_plan &full(const detail::plan &of) noexcept { return static_cast<const full_plan &>(of); }

} // namespace cbframe::arch
