#include "arch/planner.hpp"

#include "arch/arch.hpp"

#include <utility>

namespace cbf::arch {

namespace {

using place = cbf_v1_place;

// What the pointer at a place points at.
place behind(place pointer) {
    pointer.base = pointer.base == base::state ? base::pointer : base::pointer_on_stack;
    return pointer;
}

// Adds the moves of so many bytes, rounded up to words.
void copy(std::vector<move> &moves, std::size_t size, std::int32_t from, std::int32_t to) {
    for (std::int32_t done = 0; done < static_cast<std::int32_t>(size); done += static_cast<std::int32_t>(word))
        moves.push_back({from + done, to + done});
}

} // namespace

finish planner::widening(const abi::piece &of) const {
    if (of.extends == abi::extension::none)
        return finish::none;
    const bool is_signed = of.extends == abi::extension::sign;
    if (of.size == 1)
        return is_signed ? finish::sign_8 : finish::zero_8;
    return is_signed ? finish::sign_16 : finish::zero_16;
}

bool is_whole(const abi::value_layout &value) {
    std::size_t words = 0;
    for (const abi::piece &each : value.pieces)
        if (!each.duplicate)
            words += (each.size + word - 1) / word;
    return words * word >= value.size;
}

abi::value_layout one_more_argument(const signature &signature, const abi::convention &convention) {
    auto with_one = signature;
    with_one.parameters.push_back(type::pointer());
    return std::move(abi::layout(convention, native_data_model(), with_one).arguments.back());
}

std::int32_t planner::run() {
    made_.argument_places.clear();
    made_.gathers.clear();
    for (const abi::value_layout &value : made_.layout.arguments)
        made_.argument_places.push_back(argument(value));
    result();
    const bool is_simple =
        made_.gathers.empty() && made_.realigned.empty() && !made_.layout.variadic.has_value() && made_.finish == 0;
    made_.simple = is_simple ? 1 : 0;
    return free_;
}

place planner::nowhere(const abi::value_layout &value) {
    return {static_cast<std::int32_t>(offsetof(cbf_v1_call, vector)), base::state,
            static_cast<std::uint32_t>(value.size)};
}

std::uint32_t planner::take_room(std::size_t size, std::size_t alignment) {
    const std::size_t begin = (room_ + alignment - 1) / alignment * alignment;
    room_ = begin + size;
    made_.room = static_cast<std::uint32_t>(room_ + room_alignment - 1);
    return static_cast<std::uint32_t>(begin);
}

place planner::argument(const abi::value_layout &value) {
    if (value.pieces.empty())
        return nowhere(value);
    place first = at(value.pieces.front());
    first.size = static_cast<std::uint32_t>(value.size);
    if (value.by_pointer)
        return behind(first);
    first.offset -= static_cast<std::int32_t>(value.pieces.front().offset);
    const bool in_place = std::ranges::all_of(value.pieces, [&](const abi::piece &each) {
        const place here = at(each);
        return each.duplicate ||
               (here.base == first.base && here.offset == first.offset + static_cast<std::int32_t>(each.offset));
    });
    return in_place && is_whole(value) && is_aligned(first, value) ? first : gathered(value);
}

place planner::gather_pieces(const abi::value_layout &value) {
    const auto alignment = static_cast<std::int32_t>(std::clamp<std::size_t>(value.alignment, word, 64));
    free_ = (free_ + alignment - 1) / alignment * alignment;
    for (const abi::piece &each : value.pieces)
        copy(made_.gathers, each.size, at(each).offset, free_ + static_cast<std::int32_t>(each.offset));
    const place out{free_, base::state, static_cast<std::uint32_t>(value.size)};
    free_ += static_cast<std::int32_t>((value.size + word - 1) / word * word);
    return out;
}

place planner::realign_pieces(const abi::value_layout &value, std::int32_t state) {
    const auto size = static_cast<std::uint32_t>(value.size);
    const std::uint32_t begin = take_room(size);
    for (const abi::piece &each : value.pieces)
        made_.realigned.push_back({state + at(each).offset, begin, static_cast<std::uint32_t>(each.offset),
                                   static_cast<std::uint32_t>(each.size)});
    return {at(value.pieces.front()).offset, base::pointer, size};
}

void planner::result() {
    const abi::value_layout &value = made_.layout.result;
    made_.loads = loads(value);
    if (value.by_pointer)
        made_.result = behind(at(*made_.layout.result_pointer));
    made_.result.size = static_cast<std::uint32_t>(value.size);
    if (value.by_pointer)
        return;
    if (value.pieces.empty()) { // has bytes all the same, which the handler may set
        made_.result.offset = static_cast<std::int32_t>(offsetof(cbf_v1_call, vector));
        return;
    }
    const abi::piece &first = value.pieces.front();
    made_.result.offset = at_result(first) - static_cast<std::int32_t>(first.offset);
    if (is_result_in_place(value))
        end_by(widening(first));
    else
        rearrange(value);
}

bool planner::is_result_in_place(const abi::value_layout &result) const {
    const abi::piece &first = result.pieces.front();
    return std::ranges::all_of(result.pieces, [&](const abi::piece &each) {
        return at_result(each) - at_result(first) == static_cast<std::int32_t>(each.offset - first.offset);
    });
}

void planner::scatter(const abi::value_layout &result, std::int32_t from) {
    made_.result.offset = from;
    end_by(finish::scatter);
    made_.scatter = 1;
    for (const abi::piece &each : result.pieces)
        copy(made_.scatters, each.size, from + static_cast<std::int32_t>(each.offset), at_result(each));
}

void planner::scatter_from_room(const abi::value_layout &result, std::uint32_t room, std::int32_t address) {
    scatter(result, 0);
    made_.result.offset = address;
    made_.result.base = base::pointer;
    made_.result_room = room;
}

const abi::data_model &native_data_model() noexcept {
    static const abi::data_model model = [] {
        abi::data_model cxx = *system_convention().model;
        cxx.empty_record_size = 1;
        return cxx;
    }();
    return model;
}

} // namespace cbf::arch
