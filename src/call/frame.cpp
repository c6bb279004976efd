#include "frame.hpp"

#include "arch/arch.hpp"

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
    return static_cast<cbf_frame *>(pool::take(shelf_of(captured), record_of(handler, user), pool::refusals::answered));
}

cbf_status set(cbf_frame *slot, cbf_handler handler, void *user) {
    return pool::assign(pool::owner::frames, slot, record_of(handler, user), pool::refusals::answered);
}

cbf_status give(cbf_frame *slot) { return pool::give(pool::owner::frames, slot, pool::refusals::answered); }

void add_stats(const pool::session &locked, cbf_stats &out) noexcept {
    locked.add_stats(legacy_frames, out);
    locked.add_stats(all_frames, out);
}

} // namespace frames

namespace detail {

cbf_frame *take_slot(cbf_handler handler, void *user, level captured) {
    return static_cast<cbf_frame *>(pool::take(shelf_of(captured), record_of(handler, user), pool::refusals::thrown));
}

void set_slot(cbf_frame *slot, cbf_handler handler, void *user) {
    pool::assign(pool::owner::frames, slot, record_of(handler, user), pool::refusals::thrown);
}

void give_slot(cbf_frame *slot) { pool::give(pool::owner::frames, slot, pool::refusals::thrown); }

void call_again(cbf_cpu *cpu_state, const void *slot_record) {
    const pool::record now = pool::load(*static_cast<const pool::record *>(slot_record));
    reinterpret_cast<void (*)(cbf_cpu *, void *, const void *)>(now.code)(cpu_state, now.object, slot_record);
}

} // namespace detail

} // namespace cbframe
