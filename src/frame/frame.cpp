#include "frame.hpp"

#include "entry/entry.hpp"
#include "pool/pool.hpp"

namespace cbframe {

namespace {

pool::record record_of(cbf_handler handler, void *user) noexcept {
    return {reinterpret_cast<void (*)()>(handler), user};
}

// One shelf for each level.
constinit pool::shelf legacy_frames{pool::owner::frames, cbf_entry_legacy, cbf_entry_trap};
constinit pool::shelf all_frames{pool::owner::frames, cbf_entry_all, cbf_entry_trap};

pool::shelf &shelf_of(level captured) { return captured == level::all ? all_frames : legacy_frames; }

} // namespace

namespace detail {

cbf_frame *take_slot(cbf_handler handler, void *user, level captured) {
    return static_cast<cbf_frame *>(pool::take(shelf_of(captured), record_of(handler, user)));
}

void set_slot(cbf_frame *slot, cbf_handler handler, void *user) {
    pool::assign(pool::owner::frames, slot, record_of(handler, user));
}

void give_slot(cbf_frame *slot) { pool::give(pool::owner::frames, slot); }

} // namespace detail

namespace frames {

void add_stats(cbf_stats &out) noexcept {
    pool::add_stats(legacy_frames, out);
    pool::add_stats(all_frames, out);
}

} // namespace frames

} // namespace cbframe
