// Frames: a slot, a handler, a level.
#pragma once

#include "arch/arch.hpp"
#include "pair.hpp"
#include "pool/pool.hpp"

#include <array>
#include <cstddef>
#include <iterator>

namespace cbf::frames {

/// One for each level.
extern constinit std::array<pool::free_list, std::size(arch::entries)> lists;

/// Whether this CPU has a level of this number.
inline bool is_level(std::size_t number) noexcept { return number < std::size(arch::entries); }

inline pool::target target_of(cbf_handler handler, void *user) noexcept {
    return {reinterpret_cast<void (*)()>(handler), user};
}

/// Makes a frame. Null: CBF_BUSY. Throws error::status_error: CBF_NO_MEMORY, CBF_NO_EXECUTABLE.
inline cbf_frame *take(cbf_handler handler, void *user, cbf_level level) {
    return static_cast<cbf_frame *>(pool::take(lists[level], target_of(handler, user)));
}

/// Changes and frees one. Answer CBF_OK, CBF_NOT_A_SLOT, CBF_FREED or CBF_BUSY.
inline cbf_status set(cbf_frame *slot, cbf_handler handler, void *user) noexcept {
    return assign_whole(pool::owner::frames, slot, target_of(handler, user));
}
inline cbf_status give(cbf_frame *slot) noexcept { return give_whole(pool::owner::frames, slot); }

/// Goes on with a call whose handler nobody uses any more: with that which the slot's record has now. Throws what that
/// throws.
void call_again(cbf_cpu *cpu, const void *record);

/// Adds the frames of all levels to live and quarantined.
void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept;

} // namespace cbf::frames
