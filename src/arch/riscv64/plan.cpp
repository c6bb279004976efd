// How the entries of 64-bit RISC-V lay out a call in memory.
#include "abi/riscv.hpp"
#include "abi/value.hpp"
#include "arch/arch.hpp"
#include "arch/planner.hpp"
#include "arch/riscv64/typed_offsets.h"

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <stdexcept>
#include <string>

extern "C" {
// A callback's object becomes one more argument, in this register; then a jump to the object's first word.
[[gnu::visibility("hidden")]] void cbf_callback_x10();
[[gnu::visibility("hidden")]] void cbf_callback_x11();
[[gnu::visibility("hidden")]] void cbf_callback_x12();
[[gnu::visibility("hidden")]] void cbf_callback_x13();
[[gnu::visibility("hidden")]] void cbf_callback_x14();
[[gnu::visibility("hidden")]] void cbf_callback_x15();
[[gnu::visibility("hidden")]] void cbf_callback_x16();
[[gnu::visibility("hidden")]] void cbf_callback_x17();

// A closure's arguments are put in memory.
[[gnu::visibility("hidden")]] void cbf_closure_riscv();
}

namespace cbf {

static_assert(offsetof(cbf_v1_call, stack) == STATE_STACK);
static_assert(offsetof(cbf_v1_call, general) == STATE_GENERAL);
static_assert(offsetof(cbf_v1_call, vector) == STATE_VECTOR && sizeof(cbf_v1_call) == STATE_SIZE);
static_assert(offsetof(cbf_v1_object, code) == 0, "the entries take the first word");

namespace arch {

namespace {

using place = cbf_v1_place;

constexpr unsigned first_register = 10; // X10 … X17, F10 … F17
constexpr std::size_t widest = 2 * word;
static_assert(STATE_RESULT + word <= STATE_GATHERED && STATE_GATHERED % widest == 0);
static_assert(STATE_GATHERED + 12 * widest + word <= STATE_RECORD && STATE_ARGUMENTS % widest == 0);
static_assert(STATE_AND_ARGUMENTS == STATE_ARGUMENTS + 8 * word && STATE_AND_ARGUMENTS % widest == 0);

bool is_general(const abi::piece &of) { return of.in && of.in->bank == &abi::riscv::general; }
bool is_floating(const abi::piece &of) { return of.in && of.in->bank == &abi::riscv::floating; }

std::int32_t index_of(const abi::piece &of) { return static_cast<std::int32_t>(of.in->number - first_register); }

class riscv64_planner final : planner {
  public:
    explicit riscv64_planner(full_plan &made) : planner(made, STATE_GATHERED) {}

    void run() {
        made_.entry = cbf_closure_riscv;
        planner::run();
    }

  private:
    // Registers and stack lie side by side.
    place at(const abi::piece &of) const override {
        const auto word_size = static_cast<std::int32_t>(word);
        if (is_floating(of))
            return {STATE_FLOATING + word_size * index_of(of), base::state, 0};
        if (is_general(of))
            return {STATE_ARGUMENTS + word_size * index_of(of), base::state, 0};
        return {STATE_AND_ARGUMENTS + static_cast<std::int32_t>(of.stack), base::state, 0};
    }

    bool is_aligned(const place &of, const abi::value_layout &value) const override {
        return value.pieces.front().offset == 0 && value.alignment <= widest &&
               static_cast<std::size_t>(of.offset) % value.alignment == 0;
    }

    // A record of one or two numbers may have any padding, by which it is larger than what registers hold.
    place gathered(const abi::value_layout &value) override {
        if (value.size <= widest && value.alignment <= widest)
            return gather_pieces(value);
        return realign_pieces(value, -STATE_AND_ARGUMENTS);
    }

    std::int32_t at_result(const abi::piece &of) const override {
        return (is_floating(of) ? STATE_VECTOR : STATE_GENERAL) + static_cast<std::int32_t>(word) * index_of(of);
    }

    bool is_result_in_place(const abi::value_layout &value) const override {
        return value.pieces.front().offset == 0 && value.size <= widest && value.alignment <= widest &&
               planner::is_result_in_place(value);
    }

    // Whatever extends a result is loaded with it.
    finish widening(const abi::piece &) const override { return finish::none; }

    std::uint32_t loads(const abi::value_layout &value) const override {
        if (value.by_pointer || value.pieces.empty())
            return 0;
        const abi::piece &first = value.pieces.front();
        if (std::ranges::any_of(value.pieces, is_floating))
            return loads_of_floats(value);
        const bool is_signed = first.extends == abi::extension::sign;
        if (first.extends == abi::extension::none)
            return 0;
        if (first.size == 1)
            return is_signed ? LOAD_SIGNED_8 : LOAD_ZERO_8;
        if (first.size == 2)
            return is_signed ? LOAD_SIGNED_16 : LOAD_ZERO_16;
        return LOAD_SIGNED_32;
    }

    static std::uint32_t loads_of_floats(const abi::value_layout &value) {
        bool is_float[2] = {};
        for (const abi::piece &each : value.pieces)
            if (is_floating(each))
                is_float[index_of(each)] = each.size == sizeof(float);
        if (is_float[0])
            return is_float[1] ? LOAD_FLOAT_FLOAT : LOAD_FLOAT;
        return is_float[1] ? LOAD_DOUBLE_FLOAT : 0;
    }

    // Where it is zero before the handler sets it, if that is large enough. The integer comes last: it goes there.
    void rearrange(const abi::value_layout &value) override {
        abi::value_layout floats_first = value;
        std::ranges::stable_partition(floats_first.pieces, is_floating);
        if (value.size <= widest && value.alignment <= widest)
            scatter(floats_first, STATE_GENERAL);
        else
            scatter_from_room(floats_first, take_room(value.size + word), STATE_RESULT); // the last word ends behind it
    }
};

// va_list is the address of the next argument ("RISC-V ELF psABI", 2.5).
static_assert(sizeof(std::va_list) == sizeof(void *));
static_assert(closure_offset >= offsetof(cbf_v1_call, list) + sizeof(std::va_list) &&
              closure_offset + word <= STATE_GENERAL);

std::byte *&next_of(cbf_v1_call &call) noexcept { return *reinterpret_cast<std::byte **>(call.list); }

std::byte *take(std::byte *&next, std::size_t size, std::size_t alignment) {
    auto at = reinterpret_cast<std::uintptr_t>(next);
    at = abi::round_up(at, alignment);
    next = reinterpret_cast<std::byte *>(at + (size + word - 1) / word * word);
    return reinterpret_cast<std::byte *>(at);
}

} // namespace

bool is_callable(const abi::convention &by) noexcept { return by.family == CBF_FAMILY_RISCV; }

entry direct_entry(const signature &called, const abi::convention &by) {
    static constexpr entry through[] = {cbf_callback_x10, cbf_callback_x11, cbf_callback_x12, cbf_callback_x13,
                                        cbf_callback_x14, cbf_callback_x15, cbf_callback_x16, cbf_callback_x17};
    const abi::piece where = one_more_argument(called, by).pieces.front();
    return is_general(where) ? through[index_of(where)] : nullptr;
}

void complete(full_plan &plan) {
    if (!is_callable(*plan.layout.convention))
        throw std::invalid_argument("cbframe: no function of this CPU is called by " +
                                    std::string(plan.layout.convention->name));
    riscv64_planner(plan).run();
}

// clang, before 17, passes nothing for a class without members, which is passed as the byte that it has.
bool is_irregular(const abi::value_layout &value, bool, std::size_t) {
    return value.size != 0 && abi::is_empty(value.type);
}
bool is_result_split(const signature &, cbf_v1_vectors) { return false; }

std::uintptr_t return_address(const cbf_v1_call &call, const full_plan &) noexcept {
    std::uintptr_t address;
    std::memcpy(&address, reinterpret_cast<const std::byte *>(&call) + STATE_RECORD + sizeof(void *), sizeof(address));
    return address;
}

void begin_variadic(cbf_v1_call &call, const full_plan &plan, std::byte *) noexcept {
    const abi::variadic_start &start = *plan.layout.variadic;
    next_of(call) = reinterpret_cast<std::byte *>(&call) + STATE_ARGUMENTS + word * start.general + start.stack;
}

void *next_variadic(cbf_v1_call &call, const full_plan &plan, const type &wanted) {
    const signature alone{type_kind::void_, {}, true};
    const abi::call_layout layout =
        abi::layout(*plan.layout.convention, plan.sizes, alone, std::span<const type>(&wanted, 1));
    const abi::value_layout &value = layout.arguments.front();
    if (value.pieces.empty())
        return call.list; // an address of nothing
    if (!value.by_pointer)
        return take(next_of(call), value.size, std::clamp(value.alignment, word, widest));
    std::byte *address;
    std::memcpy(&address, take(next_of(call), word, word), sizeof(address));
    return address;
}

} // namespace arch

} // namespace cbf
