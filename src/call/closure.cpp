#include "arch/arch.hpp"
#include "arch/plan.hpp"
#include "typed_slots.hpp"

#include <cbframe/closure.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

namespace cbframe {

namespace {

// The slots of closures and callbacks of C++.
constinit pool::shelf typed_slots{pool::owner::typed, nullptr, cbf_typed_trap};

} // namespace

namespace typed {

void add_stats(const pool::session &locked, cbf_stats &out) noexcept { locked.add_stats(typed_slots, out); }

} // namespace typed

namespace detail {

void *take_typed_slot(void (*code)(), void *object) {
    return pool::take(typed_slots, {code, object}, pool::refusals::thrown);
}

void set_typed_slot(void *slot, void (*code)(), void *object) {
    pool::assign(pool::owner::typed, slot, {code, object}, pool::refusals::thrown);
}

void give_typed_slot(void *slot) { pool::give(pool::owner::typed, slot, pool::refusals::thrown); }

unsigned call_again(call_state &call, const void *slot) {
    const pool::record *const found = pool::record_of(slot);
    const pool::record now = pool::load(*found);
    if (now.code == cbf_typed_trap)
        cbf_pool_trapped(found);
    auto *const object = static_cast<closure_object *>(now.object);
    return reinterpret_cast<unsigned (*)(call_state &, closure_object &)>(object->code)(call, *object);
}

namespace {

void copy_words(call_state &call, const std::vector<move> &moves) noexcept {
    auto *const bytes = reinterpret_cast<std::byte *>(&call);
    for (const move each : moves)
        std::memcpy(bytes + each.to, bytes + each.from, 8);
}

std::byte *aligned_room(void *room) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(room);
    constexpr std::uintptr_t alignment = arch::room_alignment;
    return reinterpret_cast<std::byte *>((address + alignment - 1) / alignment * alignment);
}

void realign(call_state &call, const std::vector<arch::realigned_argument> &arguments, std::byte *room) noexcept {
    for (const arch::realigned_argument &each : arguments) {
        std::byte *const copy = room + each.room;
        std::byte *const original = call.stack + each.stack;
        std::memcpy(copy, original, each.size);
        std::memcpy(original, &copy, sizeof(copy));
    }
}

[[noreturn]] void not_of_size(const std::string &which, std::size_t size, std::size_t asked) {
    throw std::invalid_argument("cbframe: the " + which + " has " + std::to_string(size) + " bytes, not " +
                                std::to_string(asked));
}

const arch::full_plan &variadic_plan(const plan &rules) {
    const arch::full_plan &known = arch::full(rules);
    if (!known.layout.variadic)
        throw std::logic_error("cbframe: the signature has no variadic arguments");
    return known;
}

template <class Narrow>
void widen(call_state &call) noexcept {
    Narrow narrow;
    std::memcpy(&narrow, call.general, sizeof(narrow));
    const auto wide = static_cast<std::int64_t>(narrow);
    std::memcpy(call.general, &wide, sizeof(wide));
}

} // namespace

void begin(call_state &call, const plan &rules, void *room) noexcept {
    const arch::full_plan &known = arch::full(rules);
    copy_words(call, known.gathers);
    std::byte *const aligned = aligned_room(room);
    realign(call, known.realigned, aligned);
    if (known.layout.variadic)
        arch::begin_variadic(call, known, aligned);
}

void end(call_state &call, finish how) noexcept {
    switch (how) {
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
        return copy_words(call, arch::full(*call.rules).scatters);
    }
}

void *next_argument(call_state &call, const type &wanted) {
    return arch::next_variadic(call, variadic_plan(*call.rules), wanted);
}

void no_such_argument(std::size_t index, std::size_t count) {
    throw std::out_of_range("cbframe: argument " + std::to_string(index) + " of " + std::to_string(count) +
                            ", counted from 0");
}

void no_such_argument_size(std::size_t index, std::size_t size, std::size_t asked) {
    not_of_size("argument " + std::to_string(index), size, asked);
}

void no_such_result_size(std::size_t size, std::size_t asked) { not_of_size("result", size, asked); }

} // namespace detail

bool is_callable(const abi::convention &by) noexcept { return arch::is_callable(by); }

const abi::data_model &native_data_model() noexcept {
    static_assert(std::is_trivially_destructible_v<abi::data_model>, "closures are made until the process ends");
    static const abi::data_model model = [] {
        abi::data_model cxx = *native_convention().model;
        cxx.empty_record_size = 1;
        return cxx;
    }();
    return model;
}

std::va_list &arguments::list() {
    if (!detail::variadic_plan(*rules).has_native_list)
        throw std::logic_error("cbframe: no va_list of this system reads the arguments of the convention");
    return *reinterpret_cast<std::va_list *>(detail::call_state::list);
}

prepared_signature::prepared_signature(const signature &called, const abi::convention &by)
    : prepared_signature(called, by, *by.model) {}

prepared_signature::prepared_signature(const signature &called, const abi::convention &by,
                                       const abi::data_model &sizes) {
    const auto made = std::make_shared<arch::full_plan>();
    made->layout = abi::layout(by, sizes, called);
    made->sizes = sizes;
    arch::complete(*made);
    made->places = made->argument_places.data();
    made->count = static_cast<std::uint32_t>(made->argument_places.size());
    plan_ = made;
}

const abi::call_layout &prepared_signature::layout() const noexcept { return arch::full(*plan_).layout; }

} // namespace cbframe
