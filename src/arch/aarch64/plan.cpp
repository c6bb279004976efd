// How the entries of 64-bit Arm lay out a call in memory.
#include "abi/aarch64.hpp"
#include "abi/value.hpp"
#include "arch/aarch64/typed_offsets.h"
#include "arch/arch.hpp"
#include "arch/planner.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <stdexcept>
#include <string>

extern "C" {
// A callback's object becomes one more argument, in this register; then a jump to the object's first word.
[[gnu::visibility("hidden")]] void cbf_callback_x0();
[[gnu::visibility("hidden")]] void cbf_callback_x1();
[[gnu::visibility("hidden")]] void cbf_callback_x2();
[[gnu::visibility("hidden")]] void cbf_callback_x3();
[[gnu::visibility("hidden")]] void cbf_callback_x4();
[[gnu::visibility("hidden")]] void cbf_callback_x5();
[[gnu::visibility("hidden")]] void cbf_callback_x6();
[[gnu::visibility("hidden")]] void cbf_callback_x7();

// A closure's arguments are put in memory: of X0 to X3; of these and V0 to V3; of all but vector registers; of all.
[[gnu::visibility("hidden")]] void cbf_closure_few();
[[gnu::visibility("hidden")]] void cbf_closure_few_vectors();
[[gnu::visibility("hidden")]] void cbf_closure_general();
[[gnu::visibility("hidden")]] void cbf_closure_aapcs64();
}

namespace cbf {

static_assert(offsetof(cbf_v1_call, stack) == STATE_STACK);
static_assert(offsetof(cbf_v1_call, general) == STATE_GENERAL);
static_assert(offsetof(cbf_v1_call, vector) == STATE_VECTOR && sizeof(cbf_v1_call) == STATE_SIZE);
static_assert(offsetof(cbf_v1_object, code) == 0, "the entries take the first word");

namespace arch {

namespace {

using place = cbf_v1_place;

constexpr unsigned result_register = 8;
constexpr std::int32_t vector_size = 16;
constexpr std::size_t state_alignment = 16; // that of the stack pointer

bool is_general(const abi::piece &of) { return of.in && of.in->bank == &abi::aarch64::general; }
bool is_vector(const abi::piece &of) { return of.in && of.in->bank == &abi::aarch64::vector; }

/// Whether the entries for few arguments do not store it: what is on the stack, too.
bool is_beyond_few(const abi::piece &of) { return !of.in || of.in->number >= 4; }

/// Whether it is passed nowhere, though it has bytes, and more than the state has for such.
bool is_large_nothing(const abi::value_layout &value) {
    return value.pieces.empty() && value.size > STATE_EMPTY_END - STATE_EMPTY;
}

// Those for few arguments do not tell where the stack is, from which what is to be realigned is counted.
entry closure_entry(const full_plan &plan) {
    const abi::call_layout &layout = plan.layout;
    const bool has_vectors =
        layout.variadic || any_piece(layout, is_vector) || std::ranges::any_of(layout.result.pieces, is_vector);
    const bool is_few = !layout.variadic && !any_piece(layout, is_beyond_few) && plan.realigned.empty() &&
                        !(layout.result_pointer && is_beyond_few(*layout.result_pointer));
    if (is_few)
        return has_vectors ? cbf_closure_few_vectors : cbf_closure_few;
    return has_vectors ? cbf_closure_aapcs64 : cbf_closure_general;
}

class aarch64_planner final : planner {
  public:
    explicit aarch64_planner(full_plan &made) : planner(made, STATE_GATHERED) {}

    void run() {
        planner::run();
        made_.entry = closure_entry(made_);
        if (const abi::value_layout &result = made_.layout.result; !result.by_pointer && is_large_nothing(result))
            put_in_room(result);
    }

  private:
    place at(const abi::piece &of) const override {
        if (is_vector(of))
            return {STATE_VECTORS + vector_size * static_cast<std::int32_t>(of.in->number), base::state, 0};
        if (is_general(of) && of.in->number == result_register)
            return {STATE_POINTER, base::state, 0};
        if (is_general(of))
            return {STATE_ARGUMENTS + 8 * static_cast<std::int32_t>(of.in->number), base::state, 0};
        return {static_cast<std::int32_t>(of.stack), base::stack, 0};
    }

    bool is_aligned(const place &of, const abi::value_layout &value) const override {
        return value.alignment <= state_alignment && static_cast<std::size_t>(of.offset) % value.alignment == 0;
    }

    // What asks by an attribute for more than it gets on the stack, or than the state has, is copied to the room.
    place gathered(const abi::value_layout &value) override {
        const place first = at(value.pieces.front());
        const auto size = static_cast<std::uint32_t>(value.size);
        if (first.base == base::stack) {
            made_.realigned.push_back({first.offset, take_room(size), 0, size});
            return {first.offset, base::pointer_on_stack, size};
        }
        return value.alignment <= state_alignment ? gather_pieces(value) : realign_pieces(value, from_stack(0));
    }

    // All may have the same bytes: the address of those of the largest is written last.
    place nowhere(const abi::value_layout &value) override {
        const auto size = static_cast<std::uint32_t>(value.size);
        if (!is_large_nothing(value))
            return {STATE_EMPTY, base::state, size};
        if (size > largest_nothing_) {
            largest_nothing_ = size;
            made_.realigned.push_back({from_stack(STATE_EMPTY_LARGE), take_room(size), 0, 0});
        }
        return {STATE_EMPTY_LARGE, base::pointer, size};
    }

    void put_in_room(const abi::value_layout &nothing) {
        made_.result = {STATE_EMPTY_RESULT, base::pointer, static_cast<std::uint32_t>(nothing.size)};
        made_.result_room = take_room(nothing.size);
        made_.simple = 0;
    }

    // What is in the state counted from the stack's arguments, which X29 and X30 are below.
    static std::int32_t from_stack(std::int32_t in_state) {
        return in_state - (STATE_AND_ROOM + 2 * static_cast<std::int32_t>(word));
    }

    std::int32_t at_result(const abi::piece &of) const override {
        const auto number = static_cast<std::int32_t>(of.in->number);
        return is_vector(of) ? STATE_VECTOR + vector_size * number : STATE_GENERAL + 8 * number;
    }

    std::uint32_t loads(const abi::value_layout &) const override { return 0; }

    bool is_result_in_place(const abi::value_layout &value) const override {
        return value.alignment <= state_alignment && planner::is_result_in_place(value);
    }

    void rearrange(const abi::value_layout &value) override {
        if (value.alignment <= state_alignment)
            scatter(value, STATE_SCATTERED);
        else
            scatter_from_room(value, take_room(value.size), STATE_SCATTERED); // in whole words: it has one of 16
    }

    std::uint32_t largest_nothing_ = 0;
};

// ---------------------------------------------------------------- ...

/// AAPCS64, 10.1.5: va_list.
struct va_list_tag {
    std::byte *stack;
    std::byte *gr_top;
    std::byte *vr_top;
    std::int32_t gr_offs;
    std::int32_t vr_offs;
};
static_assert(sizeof(va_list_tag) == sizeof(cbf_v1_call::list));

// Apple's and Microsoft's is the address of the next argument, which is Arm's first member.
constexpr bool is_arms_list = sizeof(std::va_list) == sizeof(va_list_tag);
static_assert(is_arms_list || sizeof(std::va_list) == sizeof(va_list_tag::stack));
static_assert(closure_offset == STATE_POINTER + word && closure_offset + word <= STATE_NEXT);

va_list_tag &list_of(cbf_v1_call &call) noexcept { return *reinterpret_cast<va_list_tag *>(call.list); }

std::byte *take(std::byte *&next, std::size_t size, std::size_t alignment) {
    auto at = reinterpret_cast<std::uintptr_t>(next);
    at = abi::round_up(at, alignment);
    next = reinterpret_cast<std::byte *>(at + (size + word - 1) / word * word);
    return reinterpret_cast<std::byte *>(at);
}

std::byte *behind_pointer(std::byte *at) {
    std::byte *address;
    std::memcpy(&address, at, sizeof(address));
    return address;
}

// Of a homogeneous aggregate, the largest that is not passed by reference: four members of 16 bytes, aligned to no more
// than they are together.
constexpr std::size_t largest_next = 64;
static_assert(STATE_SCATTERED - STATE_NEXT >= 2 * largest_next - state_alignment);

std::byte *room_for_next(cbf_v1_call &call, std::size_t alignment) {
    const auto at = reinterpret_cast<std::uintptr_t>(&call) + STATE_NEXT;
    return reinterpret_cast<std::byte *>(abi::round_up(at, alignment));
}

// Microsoft, "Addendum: Variadic functions": the stack goes on where X7 ends.
std::byte *next_from_both(cbf_v1_call &call, std::byte *in_registers, std::size_t size) {
    std::byte *const on_stack = take(list_of(call).stack, size - word, word);
    std::byte *const whole = room_for_next(call, word);
    std::memcpy(whole, in_registers, word);
    std::memcpy(whole + word, on_stack, size - word);
    return whole;
}

// AAPCS64, 10.1.5, va_arg. wanted: laid out as the first of all arguments. alignment: that of the argument. is_divided:
// whether one lies in the last register and on the stack where no two are left.
std::byte *next_in_registers(cbf_v1_call &call, const abi::value_layout &wanted, std::size_t alignment,
                             bool is_divided) {
    va_list_tag &list = list_of(call);
    const bool vector = is_vector(wanted.pieces.front());
    std::int32_t &used = vector ? list.vr_offs : list.gr_offs;
    const auto each = vector ? vector_size : static_cast<std::int32_t>(word);
    const auto count = static_cast<std::int32_t>(wanted.pieces.size());
    std::int32_t begin = used;
    if (!vector && count > 1 && alignment > word)
        begin = (begin + 15) & ~15; // it is negative
    if (begin + count * each > 0) {
        used = 0;
        return is_divided && begin < 0 ? next_from_both(call, list.gr_top + begin, wanted.size) : nullptr;
    }
    used = begin + count * each;
    std::byte *const at = (vector ? list.vr_top : list.gr_top) + begin;
    if (!vector || count == 1)
        return at;
    std::byte *const all = room_for_next(call, wanted.alignment);
    for (std::int32_t i = 0; i < count; ++i)
        std::memcpy(all + wanted.pieces[static_cast<std::size_t>(i)].offset, at + i * each,
                    wanted.pieces[static_cast<std::size_t>(i)].size);
    return all;
}

} // namespace

bool is_callable(const abi::convention &by) noexcept { return by.family == CBF_FAMILY_AAPCS64; }

entry direct_entry(const signature &called, const abi::convention &by) {
    static constexpr entry through[] = {cbf_callback_x0, cbf_callback_x1, cbf_callback_x2, cbf_callback_x3,
                                        cbf_callback_x4, cbf_callback_x5, cbf_callback_x6, cbf_callback_x7};
    const abi::piece where = one_more_argument(called, by).pieces.front();
    return is_general(where) ? through[where.in->number] : nullptr;
}

void complete(full_plan &plan) {
    if (!is_callable(*plan.layout.convention))
        throw std::invalid_argument("cbframe: no function of this CPU is called by " +
                                    std::string(plan.layout.convention->name));
    plan.has_native_list = plan.layout.convention == (is_arms_list ? &abi::aapcs64 : &abi::aapcs64_darwin);
    aarch64_planner(plan).run();
}

bool is_irregular(const abi::value_layout &, bool, std::size_t) { return false; }
bool is_result_split(const signature &, cbf_v1_vectors) { return false; }

std::uintptr_t return_address(const cbf_v1_call &call, const full_plan &) noexcept {
    std::uintptr_t address;
    std::memcpy(&address, reinterpret_cast<const std::byte *>(&call) + STATE_AND_ROOM + sizeof(void *),
                sizeof(address));
    return address;
}

void begin_variadic(cbf_v1_call &call, const full_plan &plan, std::byte *) noexcept {
    const abi::variadic_start &start = *plan.layout.variadic;
    auto *const bytes = reinterpret_cast<std::byte *>(&call);
    constexpr std::int32_t registers = 8;
    list_of(call) = {reinterpret_cast<std::byte *>(call.stack) + start.stack, bytes + STATE_VECTORS,
                     bytes + STATE_POINTER,
                     (static_cast<std::int32_t>(start.general) - registers) * static_cast<std::int32_t>(word),
                     (static_cast<std::int32_t>(start.vector) - registers) * vector_size};
}

void *next_variadic(cbf_v1_call &call, const full_plan &plan, const type &wanted) {
    const signature alone{type_kind::void_, {}, true};
    const abi::call_layout layout =
        abi::layout(*plan.layout.convention, plan.sizes, alone, std::span<const type>(&wanted, 1));
    const abi::value_layout &value = layout.arguments.front();
    if (value.pieces.empty())
        return call.list; // an address of nothing
    const bool is_arms = plan.layout.convention == &abi::aapcs64;
    const bool is_microsofts = plan.layout.convention == &abi::aapcs64_windows;
    std::size_t alignment = is_arms ? abi::aarch64::natural_alignment(plan.sizes, wanted) : value.alignment;
    if (value.by_pointer)
        alignment = word;
    std::byte *at = value.pieces.front().in ? next_in_registers(call, value, alignment, is_microsofts) : nullptr;
    if (at == nullptr)
        at = take(list_of(call).stack, value.by_pointer ? word : value.size, std::clamp(alignment, word, 2 * word));
    if (value.by_pointer)
        return behind_pointer(at);
    if (reinterpret_cast<std::uintptr_t>(at) % value.alignment == 0)
        return at;
    return std::memcpy(room_for_next(call, value.alignment), at, value.size);
}

} // namespace arch

} // namespace cbf
