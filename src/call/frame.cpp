#include "frame.hpp"

#include <utility>

namespace cbf::frames {

namespace {

template <std::size_t... level>
constexpr auto lists_of(std::index_sequence<level...>) noexcept {
    return std::array{pool::free_list(pool::owner::frames, arch::entries[level], cbf_entry_trap)...};
}

} // namespace

constinit std::array<pool::free_list, std::size(arch::entries)> lists =
    lists_of(std::make_index_sequence<std::size(arch::entries)>());

void call_again(cbf_cpu *cpu, const void *record) {
    const pool::target now = pool::load(*static_cast<const pool::record *>(record));
    // The entry has one argument more for handlers: the record.
    reinterpret_cast<void (*)(cbf_cpu *, void *, const void *)>(now.code)(cpu, now.object, record);
}

void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept {
    for (const pool::free_list &each : lists)
        locked.add_stats(each, out);
}

} // namespace cbf::frames
