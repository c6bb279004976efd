// How the entries of x86-64 lay out a call in memory.
#include "abi/value.hpp"
#include "arch/arch.hpp"
#include "arch/planner.hpp"
#include "arch/x86/typed.hpp"
#include "arch/x86/vectors.hpp"
#include "arch/x86_64/typed_offsets.h"
#include "arch/x86_64/variadic.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace cbf {

static_assert(offsetof(cbf_v1_call, stack) == STATE_STACK);
static_assert(offsetof(cbf_v1_call, general) == STATE_GENERAL);
static_assert(offsetof(cbf_v1_call, vector) == STATE_VECTOR && sizeof(cbf_v1_call) == STATE_SIZE);
static_assert(offsetof(cbf_v1_object, code) == 0, "the entries take the first word");

namespace arch {

namespace {

using place = cbf_v1_place;

/// What an entry makes of a call.
struct shape {
    void (*entry)();
    std::int32_t vectors;       // XMM0
    std::int32_t stride;        // from one vector register to the next
    std::int32_t gathered;      // room for values that are not whole or not aligned where they are
    std::int32_t gathered_end;  // where that room ends
    std::int32_t alignment;     // of the call_state
    std::int32_t to_return;     // the return address, if at a fixed distance
    std::int32_t result_stride; // from one vector register of the result to the next
};

constexpr shape sysv_few{cbf_closure_sysv_few, 0, 0, SYSV_GATHERED, SYSV_NEXT, 16, SYSV_RETURN, 8};
constexpr shape sysv_xmm8_few{cbf_closure_sysv_xmm8_few, SYSV_VECTOR, 8, SYSV_GATHERED, SYSV_NEXT, 16, SYSV_RETURN, 8};
constexpr shape sysv{cbf_closure_sysv, 0, 0, SYSV_GATHERED, SYSV_NEXT, 16, SYSV_RETURN, 8};
constexpr shape sysv_xmm8{cbf_closure_sysv_xmm8, SYSV_VECTOR, 8, SYSV_GATHERED, SYSV_NEXT, 16, SYSV_RETURN, 8};
constexpr shape sysv_xmm16{cbf_closure_sysv_xmm16, SYSV_VECTOR, 16, SYSV_GATHERED, SYSV_NEXT, 16, SYSV_RETURN, 8};
constexpr shape sysv_wide{cbf_closure_sysv_wide, SYSV_WIDE_VECTOR, 64, SYSV_WIDE_GATHERED, SYSV_WIDE_SAVED, 64, 0, 8};
constexpr shape ms{cbf_closure_ms, MS_VECTOR, 64, MS_GATHERED, MS_NOTHING, 64, 0, 64};
constexpr shape ms_wide{cbf_closure_ms_wide, MS_VECTOR, 64, MS_GATHERED, MS_NOTHING, 64, 0, 64};

bool is_general(const abi::piece &of) { return of.in && of.in->bank == &abi::x86::general64; }
bool is_x87(const abi::piece &of) { return of.in && of.in->bank == &abi::x86::x87; }

/// Intel's numbers of the general registers in the order in which an entry stores them.
constexpr unsigned sysv_order[] = {7, 6, 2, 1, 8, 9};
constexpr unsigned ms_order[] = {1, 2, 8, 9};

template <std::size_t Count>
std::int32_t position(const unsigned (&order)[Count], unsigned number) {
    return static_cast<std::int32_t>(std::ranges::find(order, number) - order);
}

/// Whether the entries for few arguments do not store it.
bool is_beyond_few(const abi::piece &of) {
    constexpr std::int32_t general = 3, vector = 4;
    return is_general(of) ? position(sysv_order, of.in->number) >= general : is_vector(of) && of.in->number >= vector;
}

const shape &sysv_shape(const abi::call_layout &layout) {
    if (any_piece(layout, is_wide) || std::ranges::any_of(layout.result.pieces, is_wide))
        return sysv_wide;
    if (layout.variadic || any_piece(layout, [](const abi::piece &of) { return is_vector(of) && of.size > word; }))
        return sysv_xmm16;
    const bool few = !any_piece(layout, is_beyond_few);
    if (any_piece(layout, is_vector))
        return few ? sysv_xmm8_few : sysv_xmm8;
    return few ? sysv_few : sysv;
}

bool is_ms(const abi::convention &convention) noexcept { return convention.family == CBF_FAMILY_MS_X64; }

const shape &shape_of(const abi::call_layout &layout) {
    if (!is_callable(*layout.convention))
        throw std::invalid_argument("cbframe: no function of this CPU is called by " +
                                    std::string(layout.convention->name));
    if (is_ms(*layout.convention))
        return any_piece(layout, is_wide) ? ms_wide : ms;
    return sysv_shape(layout);
}

class x86_64_planner final : planner {
  public:
    x86_64_planner(full_plan &made, const shape &entered) : planner(made, entered.gathered), shape_(entered) {}

    // Whether the shape has room for what is to be gathered; if not, nothing of the plan is good.
    bool run() {
        made_.entry = shape_.entry;
        return planner::run() <= shape_.gathered_end;
    }

  private:
    bool is_ms_family() const { return is_ms(*made_.layout.convention); }

    place at(const abi::piece &of) const override {
        if (is_vector(of))
            return {shape_.vectors + shape_.stride * static_cast<std::int32_t>(of.in->number), base::state, 0};
        if (is_general(of) && is_ms_family())
            return {MS_HOME + 8 * position(ms_order, of.in->number), base::stack, 0};
        if (is_general(of))
            return {SYSV_GENERAL + 8 * position(sysv_order, of.in->number), base::state, 0};
        const auto above = static_cast<std::int32_t>(of.stack);
        if (shape_.to_return != 0)
            return {shape_.to_return + above, base::state, 0};
        return {above, base::stack, 0};
    }

    // The caller aligns what is on the stack, but for what Microsoft passes in a word.
    bool is_aligned(const place &of, const abi::value_layout &value) const override {
        if (is_ms_family() && of.base == base::stack)
            return value.alignment <= word;
        if (!value.pieces.front().in || of.base != base::state)
            return true;
        const auto alignment = static_cast<std::int32_t>(value.alignment);
        return alignment <= shape_.alignment && of.offset % alignment == 0;
    }

    // Of one word, only a record without fields can ask for a larger alignment: nothing of it is to be read.
    place gathered(const abi::value_layout &value) override {
        if (at(value.pieces.front()).base == base::stack)
            return {MS_NOTHING, base::state, static_cast<std::uint32_t>(value.size)};
        return gather_pieces(value);
    }

    std::int32_t at_result(const abi::piece &of) const override {
        const auto number = static_cast<std::int32_t>(of.in->number);
        if (is_general(of))
            return number == 0 ? STATE_GENERAL : STATE_GENERAL + 8; // RAX, RDX
        return STATE_VECTOR + number * (is_x87(of) ? 16 : shape_.result_stride);
    }

    std::uint32_t loads(const abi::value_layout &value) const override {
        if (value.by_pointer)
            return LOAD_POINTER;
        if (value.pieces.empty())
            return LOAD_PLAIN;
        const abi::piece &first = value.pieces.front();
        if (is_x87(first))
            return value.pieces.size() == 1 ? LOAD_X87 : LOAD_COMPLEX_X87;
        if (is_wide(first))
            return first.in->bank == &abi::x86::zmm ? LOAD_ZMM : LOAD_YMM;
        const bool is_long = is_vector(first) && first.size > word;
        return is_long || (is_ms_family() && value.pieces.size() > 1) ? LOAD_XMM : LOAD_PLAIN;
    }

    // Of a structure of System V's, one half is in RAX and one in XMM0: the handler sees it in `general`.
    void rearrange(const abi::value_layout &value) override {
        if (is_ms_family())
            return scatter(value, MS_SCATTERED);
        made_.result.offset = STATE_GENERAL;
        end_by(is_general(value.pieces.front()) ? finish::integer_then_vector : finish::vector_then_integer);
    }

    const shape &shape_;
};

// ---------------------------------------------------------------- ...

static_assert(closure_offset >= offsetof(cbf_v1_call, list) + sizeof(va_list_tag) &&
              closure_offset + word <= STATE_GENERAL);

bool is_sysv_wide(const full_plan &plan) { return plan.entry == sysv_wide.entry; }

const std::byte *stack_of(const cbf_v1_call &call, const full_plan &plan) {
    const bool is_anywhere = is_ms(*plan.layout.convention) || is_sysv_wide(plan);
    return is_anywhere ? reinterpret_cast<const std::byte *>(call.stack)
                       : reinterpret_cast<const std::byte *>(&call) + SYSV_RETURN;
}

std::byte *stack_of(cbf_v1_call &call, const full_plan &plan) {
    return const_cast<std::byte *>(stack_of(std::as_const(call), plan));
}

// Where va_arg finds the registers: where the entry stored them, or, if that stored them whole, a copy.
std::byte *saved_registers(cbf_v1_call &call, const full_plan &plan) {
    auto *const bytes = reinterpret_cast<std::byte *>(&call);
    if (!is_sysv_wide(plan))
        return bytes + SYSV_GENERAL;
    std::byte *const saved = bytes + SYSV_WIDE_SAVED;
    std::memcpy(saved, bytes + SYSV_GENERAL, end_of_general);
    for (std::size_t at = end_of_general, from = SYSV_WIDE_VECTOR; at < end_of_vector; at += 16, from += 64)
        std::memcpy(saved + at, bytes + from, 16);
    return saved;
}

std::byte *take(std::byte *&next, std::size_t size, std::size_t alignment) {
    auto at = reinterpret_cast<std::uintptr_t>(next);
    at = abi::round_up(at, alignment);
    next = reinterpret_cast<std::byte *>(at + (size + word - 1) / word * word);
    return reinterpret_cast<std::byte *>(at);
}

std::byte *next_in_ms(cbf_v1_call &call, const abi::value_layout &value) {
    std::byte *const at = take(next_word(call), word, word);
    if (!value.by_pointer)
        return at;
    std::byte *address;
    std::memcpy(&address, at, sizeof(address));
    return address;
}

std::byte *next_in_sysv(cbf_v1_call &call, const full_plan &plan, const abi::value_layout &value) {
    va_list_tag &list = list_of(call);
    const auto general = static_cast<std::uint32_t>(std::ranges::count_if(value.pieces, is_general));
    const auto vector = static_cast<std::uint32_t>(std::ranges::count_if(value.pieces, is_vector));
    const bool in_registers = general + vector != 0 && list.gp_offset + general * 8 <= end_of_general &&
                              list.fp_offset + vector * 16 <= end_of_vector;
    if (!in_registers)
        return take(list.overflow_arg_area, value.size, std::max(value.alignment, word));
    std::byte *const general_at = list.reg_save_area + list.gp_offset;
    std::byte *const vector_at = list.reg_save_area + list.fp_offset;
    list.gp_offset += general * 8;
    list.fp_offset += vector * 16;
    if (vector == 0 && is_whole(value) && reinterpret_cast<std::uintptr_t>(general_at) % value.alignment == 0)
        return general_at;
    const abi::piece &first = value.pieces.front();
    if (is_vector(first) && first.offset == 0 && value.pieces.size() == 1)
        return vector_at;
    std::byte *const both = reinterpret_cast<std::byte *>(&call) + (is_sysv_wide(plan) ? SYSV_WIDE_NEXT : SYSV_NEXT);
    std::byte *from_general = general_at, *from_vector = vector_at;
    for (const abi::piece &each : value.pieces) {
        std::byte *&from = is_general(each) ? from_general : from_vector;
        std::memcpy(both + each.offset, from, word);
        from += is_general(each) ? 8 : 16;
    }
    return both;
}

// ---------------------------------------------------------------- callbacks

entry entry_through(unsigned general) {
    switch (general) { // as Intel counts
    case 1:
        return cbf_callback_rcx;
    case 2:
        return cbf_callback_rdx;
    case 6:
        return cbf_callback_rsi;
    case 7:
        return cbf_callback_rdi;
    case 8:
        return cbf_callback_r8;
    default:
        return cbf_callback_r9;
    }
}

} // namespace

bool is_callable(const abi::convention &convention) noexcept {
    return convention.family == CBF_FAMILY_SYSV_X64 || is_ms(convention);
}

entry direct_entry(const signature &signature, const abi::convention &convention) {
    const abi::piece where = one_more_argument(signature, convention).pieces.front();
    if (!is_general(where))
        return nullptr;
    return entry_through(where.in->number);
}

void complete(full_plan &plan) {
    plan.has_native_list = sizeof(std::va_list) == sizeof(va_list_tag) || is_ms(*plan.layout.convention);
    if (!x86_64_planner(plan, shape_of(plan.layout)).run())
        x86_64_planner(plan, sysv_wide).run(); // the largest room there is
}

std::uintptr_t return_address(const cbf_v1_call &call, const full_plan &plan) noexcept {
    std::uintptr_t found;
    std::memcpy(&found, stack_of(call, plan), sizeof(found));
    return found;
}

void begin_variadic(cbf_v1_call &call, const full_plan &plan, std::byte *) noexcept {
    const abi::variadic_start &start = *plan.layout.variadic;
    std::byte *const stack = stack_of(call, plan);
    if (!is_ms(*plan.layout.convention)) {
        list_of(call) = {static_cast<std::uint32_t>(start.general * 8),
                         static_cast<std::uint32_t>(end_of_general + start.vector * 16), stack + start.stack,
                         saved_registers(call, plan)};
        return;
    }
    const bool from_home = start.general < std::size(ms_order);
    begin_words(call, stack + (from_home ? MS_HOME + 8 * start.general : start.stack));
}

void *next_variadic(cbf_v1_call &call, const full_plan &plan, const type &type) {
    const signature alone{type_kind::void_, {}, true};
    const abi::call_layout layout = abi::layout(*plan.layout.convention, plan.sizes, alone, std::span(&type, 1));
    const abi::value_layout &value = layout.arguments.front();
    if (value.pieces.empty())
        return call.list; // an address of nothing
    return is_ms(*plan.layout.convention) ? next_in_ms(call, value) : next_in_sysv(call, plan, value);
}

} // namespace arch

} // namespace cbf
