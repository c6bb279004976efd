// What is computed of a signature before any call.
#pragma once

#include "abi/abi.hpp"
#include "abi/owners.hpp"

#include <cbframe/detail/call.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cbf::arch {

/// Of the copies in the room of a call, see cbf_v1_plan::room.
inline constexpr std::size_t room_alignment = 64;

/// What the offset of a place counts from.
namespace base {
inline constexpr std::uint32_t state = CBF_BASE_ARGUMENTS;
inline constexpr std::uint32_t stack = CBF_BASE_STACK;
inline constexpr std::uint32_t pointer = CBF_BASE_POINTER;
inline constexpr std::uint32_t pointer_on_stack = CBF_BASE_POINTER_ON_STACK;
} // namespace base

/// What is done to a result after the handler has returned, when it is not where the entry takes it from.
enum class finish : std::uint8_t {
    none,
    zero_8,
    sign_8,
    zero_16,
    sign_16,
    integer_then_vector,
    vector_then_integer,
    scatter,
};

/// Eight bytes to copy from one offset in the call to another.
struct move {
    std::int32_t from;
    std::int32_t to;
};

/// An argument, or a piece of one, that is not aligned where it is: its first word, when it has been copied to an
/// aligned place, becomes the address of the copy of the whole.
struct realigned_argument {
    std::int32_t stack;   ///< from the return address
    std::uint32_t room;   ///< of the whole, from the first aligned byte of the room
    std::uint32_t offset; ///< in the whole
    std::uint32_t size;
};

/// The plan and all that it points at.
struct full_plan : cbf_v1_plan {
    full_plan() noexcept : cbf_v1_plan() {}

    mutable cbf::owners owners;
    abi::call_layout layout;
    abi::data_model sizes{};
    bool has_native_list = true; ///< whether this system's va_list can reach what `...` takes
    std::vector<cbf_v1_place> argument_places;
    std::vector<move> gathers;                 ///< done by cbf_v1_call_begin
    std::vector<realigned_argument> realigned; ///< likewise
    std::vector<move> scatters;                ///< done by cbf_v1_call_end
    /// Of a result that is in the room until it is scattered: from the first aligned byte of that. Its place says where
    /// its address is, and the scatters count from it.
    std::optional<std::uint32_t> result_room;
};

inline const full_plan &full(const cbf_v1_plan &of) noexcept { return static_cast<const full_plan &>(of); }

} // namespace cbf::arch
