#include "frame.hpp"

#include "entry/entry.hpp"

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

namespace frames {

cbf_frame *take(cbf_handler handler, void *user, level captured) {
    return static_cast<cbf_frame *>(pool::take(shelf_of(captured), record_of(handler, user)));
}

cbf_status set(cbf_frame *slot, cbf_handler handler, void *user) noexcept {
    return pool::assign(pool::owner::frames, slot, record_of(handler, user));
}

cbf_status give(cbf_frame *slot) noexcept { return pool::give(pool::owner::frames, slot); }

void add_stats(const pool::session &locked, cbf_stats &out) noexcept {
    locked.add_stats(legacy_frames, out);
    locked.add_stats(all_frames, out);
}

} // namespace frames

namespace detail {

cbf_frame *take_slot(cbf_handler handler, void *user, level captured) {
    cbf_frame *const made = frames::take(handler, user, captured);
    pool::require(made != nullptr ? CBF_OK : CBF_BUSY);
    return made;
}

void set_slot(cbf_frame *slot, cbf_handler handler, void *user) { pool::require(frames::set(slot, handler, user)); }

void give_slot(cbf_frame *slot) { pool::require(frames::give(slot)); }

void call_again(cbf_cpu *cpu_state, const void *slot_record) {
    const pool::record now = pool::load(*static_cast<const pool::record *>(slot_record));
    reinterpret_cast<void (*)(cbf_cpu *, void *, const void *)>(now.code)(cpu_state, now.object, slot_record);
}

} // namespace detail

} // namespace cbframe
