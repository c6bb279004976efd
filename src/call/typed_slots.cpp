#include "typed_slots.hpp"

#include "arch/arch.hpp"
#include "arch/plan.hpp"

#include <cstring>
#include <stdexcept>
#include <utility>

namespace cbf::typed {

constinit pool::free_list typed_slots{pool::owner::typed, nullptr, cbf_typed_trap};

namespace {

void copy_words(const void *from, cbf_v1_call &call, const std::vector<arch::move> &moves) noexcept {
    auto *const bytes = reinterpret_cast<std::byte *>(&call);
    for (const arch::move each : moves)
        std::memcpy(bytes + each.to, static_cast<const std::byte *>(from) + each.from, 8);
}

std::byte *&result_address(cbf_v1_call &call, const arch::full_plan &plan) noexcept {
    return *reinterpret_cast<std::byte **>(reinterpret_cast<std::byte *>(&call) + plan.result.offset);
}

void scatter(cbf_v1_call &call) noexcept {
    const arch::full_plan &plan = arch::full(*call.plan);
    copy_words(plan.result_room ? static_cast<const void *>(result_address(call, plan)) : &call, call, plan.scatters);
}

std::byte *aligned_room(void *room) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(room);
    constexpr std::uintptr_t alignment = arch::room_alignment;
    return reinterpret_cast<std::byte *>((address + alignment - 1) / alignment * alignment);
}

void realign(cbf_v1_call &call, const std::vector<arch::realigned_argument> &arguments, std::byte *room) noexcept {
    for (const arch::realigned_argument &each : arguments) {
        std::byte *const copy = room + each.room;
        unsigned char *const original = call.stack + each.stack;
        std::memcpy(copy + each.offset, original, each.size);
        std::memcpy(original, &copy, sizeof(copy));
    }
}

const arch::full_plan &variadic_plan(const cbf_v1_call &call) {
    const arch::full_plan &full = arch::full(*call.plan);
    if (!full.layout.variadic)
        throw std::logic_error("cbframe: the signature has no variadic arguments");
    return full;
}

template <class Narrow>
void widen(cbf_v1_call &call) noexcept {
    Narrow narrow;
    std::memcpy(&narrow, call.general, sizeof(narrow));
    const auto wide = static_cast<std::int64_t>(narrow);
    std::memcpy(call.general, &wide, sizeof(wide));
}

} // namespace

void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept { locked.add_stats(typed_slots, out); }

unsigned call_again(cbf_v1_call &call, const void *slot) {
    const pool::record *const found = pool::record_of(slot);
    const pool::target now = pool::load(*found);
    if (now.code == cbf_typed_trap)
        cbf_pool_trapped(found);
    auto *const closure = static_cast<cbf_v1_closure *>(now.object);
    return reinterpret_cast<unsigned (*)(cbf_v1_call &, cbf_v1_closure &)>(closure->object.code)(call, *closure);
}

void begin(cbf_v1_call &call, const cbf_v1_plan &plan, void *room) noexcept {
    const arch::full_plan &full = arch::full(plan);
    copy_words(&call, call, full.gathers);
    std::byte *const aligned = aligned_room(room);
    realign(call, full.realigned, aligned);
    if (full.result_room) {
        result_address(call, full) = aligned + *full.result_room;
        std::memset(aligned + *full.result_room, 0, full.result.size);
    }
    if (full.layout.variadic)
        arch::begin_variadic(call, full, aligned);
}

void end(cbf_v1_call &call, unsigned number) noexcept {
    using arch::finish;
    switch (static_cast<finish>(number)) {
    case finish::none:
        return;
    case finish::zero_8:
        return widen<std::uint8_t>(call);
    case finish::sign_8:
        return widen<std::int8_t>(call);
    case finish::zero_16:
        return widen<std::uint16_t>(call);
    case finish::sign_16:
        return widen<std::int16_t>(call);
    case finish::integer_then_vector:
        std::memcpy(call.vector, call.general + 8, 8);
        return;
    case finish::vector_then_integer:
        std::memcpy(call.vector, call.general, 8);
        std::memcpy(call.general, call.general + 8, 8);
        return;
    case finish::scatter:
        return scatter(call);
    }
}

void *next_argument(cbf_v1_call &call, const cbf_type *type) {
    const arch::full_plan &full = variadic_plan(call);
    return arch::next_variadic(call, full, *borrowed_type(type));
}

void *list(cbf_v1_call &call) {
    if (!variadic_plan(call).has_native_list)
        throw std::logic_error("cbframe: no va_list of this system reads the arguments of the convention");
    return call.list;
}

} // namespace cbf::typed
