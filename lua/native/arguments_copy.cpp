#include "arguments_copy.hpp"

#include <algorithm>
#include <cstring>

namespace cbf_lua {
namespace {

constexpr std::size_t alignment = 16;

std::size_t aligned(std::size_t size) noexcept { return (size + alignment - 1) / alignment * alignment; }

bool is_pointer(const cbf_place &place) noexcept {
    return place.base == CBF_BASE_POINTER || place.base == CBF_BASE_POINTER_ON_STACK;
}

} // namespace

void arguments_copy::region::add(const cbf_place &place) noexcept {
    const auto size = static_cast<std::ptrdiff_t>(is_pointer(place) ? sizeof(void *) : place.size);
    first = std::min<std::ptrdiff_t>(first, place.offset);
    last = std::max<std::ptrdiff_t>(last, place.offset + size);
}

std::size_t arguments_copy::region::lay_out(std::size_t at) noexcept {
    origin = at + aligned(static_cast<std::size_t>(-first));
    return aligned(origin + static_cast<std::size_t>(last));
}

arguments_copy::region &arguments_copy::region_of(const cbf_place &place) noexcept {
    return place.base == CBF_BASE_STACK || place.base == CBF_BASE_POINTER_ON_STACK ? stack_ : state_;
}

arguments_copy::arguments_copy(const cbf_signature *signature) {
    state_.last = 2 * sizeof(void *); // the second word is the address of the stack
    value next{-1, {}, 0};
    for (; cbf_signature_place(signature, next.index, &next.place) == CBF_OK; ++next.index) {
        if (next.place.size == 0)
            continue;
        region_of(next.place).add(next.place);
        values_.push_back(next);
    }
    size_ = stack_.lay_out(state_.lay_out(0));
    for (value &each : values_) {
        if (is_pointer(each.place)) {
            each.at = size_;
            size_ = aligned(size_ + each.place.size);
        } else {
            each.at = region_of(each.place).origin + static_cast<std::size_t>(each.place.offset);
        }
    }
}

void arguments_copy::write(cbf_arguments *from, std::byte *image) const noexcept {
    for (const value &each : values_)
        if (each.index >= 0)
            std::memcpy(image + each.at, cbf_argument(from, static_cast<std::size_t>(each.index)), each.place.size);
}

cbf_arguments *arguments_copy::arguments(std::byte *image) const noexcept {
    std::byte *const state = image + state_.origin, *const stack = image + stack_.origin;
    std::memcpy(state + sizeof(void *), &stack, sizeof(stack));
    for (const value &each : values_) {
        if (!is_pointer(each.place))
            continue;
        const std::byte *const address = image + each.at;
        std::memcpy((each.place.base == CBF_BASE_POINTER ? state : stack) + each.place.offset, &address,
                    sizeof(address));
    }
    return reinterpret_cast<cbf_arguments *>(state);
}

} // namespace cbf_lua
