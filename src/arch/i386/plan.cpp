// How the entries of i386 lay out a call in memory.

#include "abi/value.hpp"
#include "arch/arch.hpp"
#include "arch/i386/typed_offsets.h"
#include "arch/planner.hpp"
#include "arch/x86/typed.hpp"
#include "arch/x86/vectors.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <stdexcept>
#include <string>

namespace cbf {

static_assert(offsetof(cbf_v1_call, stack) == STATE_STACK);
static_assert(offsetof(cbf_v1_call, general) == STATE_GENERAL);
static_assert(offsetof(cbf_v1_call, vector) == STATE_VECTOR && sizeof(cbf_v1_call) == STATE_SIZE);
static_assert(offsetof(cbf_v1_object, code) == 0, "the entries take the first word");

namespace arch {

namespace {

using place = cbf_v1_place;

constexpr std::size_t stack_word = 4;
constexpr std::int32_t vector_stride = 64;

/// The largest variadic argument that is copied if its caller did not align it.
constexpr std::size_t largest_aligned = 1024;

// Intel's numbers of the general registers.
constexpr unsigned eax = 0, ecx = 1;

bool is_general(const abi::piece &of) { return of.in && of.in->bank == &abi::x86::general32; }
bool is_x87(const abi::piece &of) { return of.in && of.in->bank == &abi::x86::x87; }
bool is_mmx(const abi::piece &of) { return of.in && of.in->bank == &abi::x86::mmx; }

void (*entry_of(const abi::call_layout &layout))() {
    if (any_piece(layout, is_mmx))
        return cbf_closure_x86_mmx;
    const abi::value_layout &result = layout.result;
    if (any_piece(layout, is_vector) || std::ranges::any_of(result.pieces, is_wide) ||
        (result.pieces.size() > 1 && is_vector(result.pieces.front())))
        return cbf_closure_x86_wide;
    return cbf_closure_x86;
}

class i386_planner final : planner {
  public:
    explicit i386_planner(full_plan &made) : planner(made, WIDE_GATHERED) {}

    void run() {
        made_.entry = entry_of(made_.layout);
        if (made_.layout.variadic)
            take_room(largest_aligned);
        planner::run();
        made_.loads |= static_cast<std::uint32_t>(made_.layout.popped / stack_word) << LOAD_POP_SHIFT;
    }

  private:
    place at(const abi::piece &of) const override {
        if (is_general(of))
            return {of.in->number == ecx ? STACK_ECX : STACK_EDX, base::stack, 0};
        if (is_mmx(of))
            return {WIDE_MMX + 8 * static_cast<std::int32_t>(of.in->number), base::state, 0};
        if (is_vector(of))
            return {WIDE_VECTOR + vector_stride * static_cast<std::int32_t>(of.in->number), base::state, 0};
        return {static_cast<std::int32_t>(of.stack), base::stack, 0};
    }

    // Whatever the convention promises, there is old code that calls with a stack aligned to 4 only. It is how all
    // Windows code passes numbers of 8 bytes, which no instruction wants aligned.
    bool is_aligned(const place &of, const abi::value_layout &value) const override {
        const std::size_t enough = value.type.is_record() ? stack_word : 2 * stack_word;
        return of.base == base::state || value.alignment <= enough;
    }

    place gathered(const abi::value_layout &value) override {
        place first = at(value.pieces.front());
        if (first.base == base::state)
            return gather_pieces(value);
        const auto size = static_cast<std::uint32_t>(value.size);
        const std::uint32_t begin = take_room(size, std::min(value.alignment, room_alignment));
        made_.realigned.push_back({first.offset, begin, 0, size});
        return {first.offset, base::pointer_on_stack, size};
    }

    std::int32_t at_result(const abi::piece &of) const override {
        if (is_general(of))
            return of.in->number == eax ? STATE_GENERAL : STATE_GENERAL + static_cast<std::int32_t>(stack_word);
        return STATE_VECTOR + vector_stride * static_cast<std::int32_t>(of.in->number);
    }

    std::uint32_t loads(const abi::value_layout &value) const override {
        if (value.by_pointer)
            return made_.layout.result_pointer->in ? LOAD_ECX : LOAD_POINTER;
        if (value.pieces.empty() || is_general(value.pieces.front()))
            return LOAD_PLAIN;
        const abi::piece &first = value.pieces.front();
        if (is_x87(first))
            return first.size == sizeof(float) ? LOAD_FLOAT : first.size == sizeof(double) ? LOAD_DOUBLE : LOAD_X87;
        if (is_mmx(first))
            return LOAD_MMX;
        if (is_wide(first))
            return first.in->bank == &abi::x86::zmm ? LOAD_FOUR_ZMM : LOAD_FOUR_YMM;
        return value.pieces.size() == 1 ? LOAD_XMM : LOAD_FOUR_XMM;
    }

    void rearrange(const abi::value_layout &value) override { scatter(value, WIDE_SCATTERED); }
};

// ---------------------------------------------------------------- ...

/// What is in cbf_v1_call::list: all variadic arguments are on the stack.
struct variadic_list {
    std::byte *next;    ///< the va_list
    std::byte *aligned; ///< room for the largest_aligned
};
static_assert(sizeof(variadic_list::next) == sizeof(std::va_list));
static_assert(closure_offset >= offsetof(cbf_v1_call, list) + sizeof(variadic_list) &&
              closure_offset + sizeof(void *) <= STATE_GENERAL);

variadic_list &list_of(cbf_v1_call &call) { return *reinterpret_cast<variadic_list *>(call.list); }

std::byte *take_stack(variadic_list &list, std::size_t size, std::size_t alignment) {
    auto at = reinterpret_cast<std::uintptr_t>(list.next);
    at = abi::round_up(at, alignment);
    list.next = reinterpret_cast<std::byte *>(at + (size + stack_word - 1) / stack_word * stack_word);
    return reinterpret_cast<std::byte *>(at);
}

// ---------------------------------------------------------------- callbacks

/// Whether code may rely on an alignment that callers do not keep.
bool must_be_aligned(const abi::value_layout &argument) {
    constexpr std::size_t wanted_by_instructions = 16;
    return argument.alignment >= wanted_by_instructions && !argument.by_pointer &&
           std::ranges::any_of(argument.pieces, [](const abi::piece &each) { return !each.in; });
}

} // namespace

bool is_callable(const abi::convention &convention) noexcept { return convention.family == CBF_FAMILY_X86; }

entry direct_entry(const signature &signature, const abi::convention &convention) {
    const abi::call_layout layout = abi::layout(convention, native_data_model(), signature);
    if (layout.convention->general_arguments == 0) {
        // Code that gets an argument in EAX gets the address of its result there, too.
        if (layout.result_pointer || std::ranges::any_of(layout.arguments, must_be_aligned))
            return nullptr;
        return cbf_callback_edx;
    }
    const abi::piece where = one_more_argument(signature, convention).pieces.front();
    if (!is_general(where))
        return nullptr;
    return where.in->number == ecx ? cbf_callback_ecx : cbf_callback_edx;
}

void complete(full_plan &plan) {
    if (!is_callable(*plan.layout.convention))
        throw std::invalid_argument("cbframe: no function of this CPU is called by " +
                                    std::string(plan.layout.convention->name));
    i386_planner(plan).run();
}

std::uintptr_t return_address(const cbf_v1_call &call, const full_plan &) noexcept {
    std::uintptr_t found;
    std::memcpy(&found, call.stack, sizeof(found));
    return found;
}

void begin_variadic(cbf_v1_call &call, const full_plan &plan, std::byte *room) noexcept {
    list_of(call) = {reinterpret_cast<std::byte *>(call.stack) + plan.layout.variadic->stack, room};
}

void *next_variadic(cbf_v1_call &call, const full_plan &plan, const type &type) {
    // Behind a word, its place tells to what the convention aligns it.
    const signature alone{type_kind::void_, {}, true};
    const cbf::type word_and_type[] = {type_kind::int_, type};
    const abi::call_layout layout = abi::layout(*plan.layout.convention, plan.sizes, alone, word_and_type);
    const abi::value_layout &value = layout.arguments.back();
    if (value.pieces.empty())
        return call.list; // an address of nothing
    variadic_list &list = list_of(call);
    std::byte *const at = take_stack(list, value.pieces.front().size, value.pieces.front().stack - stack_word);
    if (value.by_pointer) {
        std::byte *address;
        std::memcpy(&address, at, sizeof(address));
        return address;
    }
    if (reinterpret_cast<std::uintptr_t>(at) % value.alignment == 0 || value.size > largest_aligned)
        return at;
    std::memcpy(list.aligned, at, value.size);
    return list.aligned;
}

} // namespace arch

} // namespace cbf
