// What is computed of a signature before any call.
#pragma once

#include <cbframe/callback.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace cbframe::closures {

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

/// Fills a plan whose layout is there: which entry, and where that puts everything; one file an architecture.
/// Throws std::invalid_argument if this CPU cannot be called by the convention.
void complete(full_plan &plan);

/// The way of a callback to code that a compiler made for this signature: none if no register is left to tell it the
/// object. One file an architecture.
std::optional<detail::route> direct_route(const signature &called, const abi::convention &by);

/// Where one more argument would be, a pointer.
abi::value_layout one_more_argument(const signature &called, const abi::convention &by);

/// What `...` takes, one file an architecture. room: aligned.
/// Where the return address of a call lies: below the arguments on the stack.
const std::byte *return_address_of(const detail::call_state &call, const full_plan &plan) noexcept;

void begin_variadic(detail::call_state &call, const full_plan &plan, std::byte *room) noexcept;
void *next_variadic(detail::call_state &call, const full_plan &plan, const type &wanted);

} // namespace cbframe::closures
