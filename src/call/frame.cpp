#include "frame.hpp"

namespace cbf::frames {

constinit pool::free_list legacy_frames{pool::owner::frames, cbf_entry_legacy, cbf_entry_trap};
constinit pool::free_list all_frames{pool::owner::frames, cbf_entry_all, cbf_entry_trap};

void call_again(cbf_cpu *cpu, const void *record) {
    const pool::target now = pool::load(*static_cast<const pool::record *>(record));
    // The entry has one argument more for handlers: the record.
    reinterpret_cast<void (*)(cbf_cpu *, void *, const void *)>(now.code)(cpu, now.object, record);
}

void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept {
    locked.add_stats(legacy_frames, out);
    locked.add_stats(all_frames, out);
}

} // namespace cbf::frames
