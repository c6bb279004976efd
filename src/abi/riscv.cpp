// "RISC-V ELF psABI", 2, Procedure Calling Convention, of 64 bits (XLEN).
#include "abi/riscv.hpp"
#include "abi/value.hpp"

#include <algorithm>
#include <utility>

namespace cbf::abi {
namespace {

constexpr std::size_t word = 8;
constexpr std::size_t argument_registers = 8; // X10 … X17, and F10 … F17
constexpr unsigned first_register = 10;
constexpr std::size_t largest_by_value = 2 * word;

struct riscv_convention final : convention {
    std::size_t widest_float; // of those that floating-point registers carry: FLEN

    constexpr riscv_convention(const char *its_name, std::size_t widest)
        : convention(its_name, lp64_riscv, true, CBF_FAMILY_RISCV, argument_registers), widest_float(widest) {}
    call_layout place(const data_model &sizes, const signature &called, std::span<const type> variadic) const override;
};

/// What a record comes to when it is flattened: a number, or two.
struct number {
    std::size_t offset;
    std::size_t size;
    bool is_floating;
};
struct numbers {
    number each[2];
    std::size_t count = 0;
};

/// 2.2, Hardware Floating-point Calling Convention: "a C struct with its hierarchy flattened, including any array
/// fields".
class flattening {
  public:
    flattening(known_model &model, std::size_t widest_float) : model_(model), widest_float_(widest_float) {}

    /// Nothing for what has other parts, or more than two.
    std::optional<numbers> of(const type &asked) {
        switch (laid_out_as(asked).kind()) {
        case type_kind::structure:
            return known_(asked, [&] { return of_structure(asked); });
        case type_kind::union_:
            return is_empty(asked) ? std::optional(numbers{}) : std::nullopt;
        case type_kind::array:
            return of_array(asked);
        case type_kind::complex:
            return repeated(of(asked.element()), 2, size_of(model_, asked.element()));
        case type_kind::vector:
        case type_kind::pointer: // gcc and clang: no integer
            return std::nullopt;
        default:
            return one(asked, asked.is_floating());
        }
    }

  private:
    std::optional<numbers> one(const type &asked, bool is_floating) {
        return of_size(size_of(model_, asked), is_floating);
    }

    std::optional<numbers> of_size(std::size_t size, bool is_floating) const {
        if (size > (is_floating ? widest_float_ : word))
            return std::nullopt;
        return numbers{{{0, size, is_floating}, {}}, 1};
    }

    static std::optional<numbers> joined(numbers all, const numbers &more, std::size_t offset) {
        if (all.count + more.count > std::size(all.each))
            return std::nullopt;
        for (std::size_t i = 0; i < more.count; i++) {
            number &added = all.each[all.count++] = more.each[i];
            added.offset += offset;
        }
        return all;
    }

    static std::optional<numbers> repeated(const std::optional<numbers> &one, std::size_t count, std::size_t size) {
        if (!one || one->count == 0 || count == 0)
            return one ? std::optional(numbers{}) : std::nullopt;
        std::optional<numbers> all = numbers{};
        for (std::size_t i = 0; i < count && all; i++)
            all = joined(*all, *one, i * size);
        return all;
    }

    std::optional<numbers> of_array(const type &asked) {
        if (!asked.is_complete())
            return std::nullopt;
        const std::size_t count = *asked.count();
        return count == 0 ? std::optional(numbers{})
                          : repeated(of(asked.element()), count, size_of(model_, asked.element()));
    }

    std::optional<numbers> of_field(const field &member) {
        if (!member.bits)
            return of(member.type);
        constexpr unsigned byte = 8;
        return *member.bits == 0 ? std::optional(numbers{}) : of_size((*member.bits + byte - 1) / byte, false);
    }

    std::optional<numbers> of_structure(const type &asked) {
        std::optional<numbers> all = numbers{};
        const record_layout &record = layout_of(model_, asked);
        for (std::size_t i = 0; i < record.fields.size() && all; i++) {
            const std::optional<numbers> added = of_field(asked.fields()[i]);
            all = added ? joined(*all, *added, record.fields[i].offset) : std::nullopt;
        }
        return all;
    }

    known_model &model_;
    std::size_t widest_float_;
    answers<std::optional<numbers>> known_;
};

/// 2.1, Integer Calling Convention: "scalars that are narrower than XLEN bits are widened according to the sign of
/// their type up to 32 bits, then sign-extended to XLEN bits". Plain char has no sign.
void widen(value_layout &value) {
    extension kind = extension_of(value.type);
    if (laid_out_as(value.type).kind() == type_kind::char_)
        kind = extension::zero;
    else if (kind == extension::none && laid_out_as(value.type).is_integer() && value.size < word)
        kind = extension::sign;
    for (piece &widened : value.pieces) {
        widened.extends = kind;
        widened.extended = kind == extension::none ? 0 : word;
    }
}

class placement {
  public:
    placement(const riscv_convention &used, known_model &model)
        : used_(used), model_(model), flattening_(model, used.widest_float) {}

    call_layout place(const signature &called, std::span<const type> variadic) {
        out_.convention = &used_;
        out_.named = called.parameters.size();
        out_.stack_alignment = 2 * word;
        place_result(called.result);
        for (const type &parameter : called.parameters)
            place_argument(parameter, false);
        if (called.variadic)
            out_.variadic = variadic_start{.general = general_, .vector = floating_, .stack = stack_};
        for (const type &argument : variadic)
            place_argument(argument, true);
        out_.stack_size = stack_;
        return std::move(out_);
    }

  private:
    // "Values are returned in the same manner as a first named argument of the same type would be passed. If such an
    // argument would have been passed by reference, the caller allocates memory for the return value, and passes the
    // address as an implicit first parameter." Nothing is promised to be returned of it.
    void place_result(const type &returned) {
        value_layout &result = out_.result = measure_result(model_, returned);
        place_value(result, false);
        general_ = floating_ = 0;
        if (result.by_pointer)
            out_.result_pointer = std::exchange(result.pieces, {}).front();
        if (out_.result_pointer)
            general_ = 1;
    }

    void place_argument(const type &passed, bool is_variadic) {
        value_layout value = measure(model_, passed, argument_name(out_.arguments.size()));
        place_value(value, is_variadic);
        out_.arguments.push_back(std::move(value));
    }

    // "Variadic arguments are passed according to the integer calling convention."
    void place_value(value_layout &value, bool is_variadic) {
        if (value.size == 0 || (!is_variadic && place_numbers(value)))
            return;
        if (value.size > largest_by_value)
            return place_address(value);
        place_words(value, is_variadic);
        widen(value);
    }

    // ------------------------------------------------------------ floating-point registers

    bool place_numbers(value_layout &value) {
        const std::optional<numbers> found = flattening_.of(value.type);
        if (!found || found->count == 0)
            return false;
        const auto floats = static_cast<std::size_t>(std::count_if(
            found->each, found->each + found->count, [](const number &each) { return each.is_floating; }));
        const std::size_t integers = found->count - floats;
        if (floats == 0 || floating_ + floats > argument_registers || general_ + integers > argument_registers)
            return false;
        for (std::size_t i = 0; i < found->count; i++)
            value.pieces.push_back(found->each[i].is_floating ? in_floating(found->each[i])
                                                              : in_general(found->each[i].offset, found->each[i].size));
        return true;
    }

    // "A floating-point argument that is narrower than FLEN bits is 1-extended to FLEN bits": its NaN box.
    piece in_floating(const number &of) {
        piece made =
            in_register(of.offset, of.size, riscv::floating, first_register + static_cast<unsigned>(floating_++));
        if (of.size < used_.widest_float) {
            made.extends = extension::ones;
            made.extended = used_.widest_float;
        }
        return made;
    }

    // ------------------------------------------------------------ integer registers and the stack

    piece in_general(std::size_t offset, std::size_t size) {
        return in_register(offset, size, riscv::general, first_register + static_cast<unsigned>(general_++));
    }

    void place_address(value_layout &value) {
        value.by_pointer = true;
        place_bytes(value, word, word);
    }

    // "In the base integer calling convention, variadic arguments with 2×XLEN-bit alignment and size at most 2×XLEN
    // bits are passed in an aligned register pair", others are not aligned.
    void place_words(value_layout &value, bool is_variadic) {
        const std::size_t alignment = std::clamp(value.alignment, word, 2 * word);
        if (is_variadic && alignment > word)
            general_ = std::min(round_up(general_, 2), argument_registers);
        place_bytes(value, value.size, alignment);
    }

    // What the registers do not take goes on on the stack.
    void place_bytes(value_layout &value, std::size_t size, std::size_t alignment) {
        std::size_t offset = 0;
        for (; offset < size && general_ < argument_registers; offset += word)
            value.pieces.push_back(in_general(offset, std::min(word, size - offset)));
        if (offset >= size)
            return;
        if (offset == 0)
            stack_ = round_up(stack_, alignment);
        value.pieces.push_back(on_stack(offset, size - offset, stack_));
        stack_ += round_up(size - offset, word);
    }

    const riscv_convention &used_;
    known_model &model_;
    flattening flattening_;
    call_layout out_;
    std::size_t general_ = 0;
    std::size_t floating_ = 0;
    std::size_t stack_ = 0;
};

call_layout riscv_convention::place(const data_model &sizes, const signature &called,
                                    std::span<const type> variadic) const {
    known_model known(sizes);
    return placement(*this, known).place(called, variadic);
}

constexpr riscv_convention of_double("lp64d", 8);
constexpr riscv_convention of_float("lp64f", 4);
constexpr riscv_convention soft("lp64", 0);

} // namespace

constinit const convention &lp64d = of_double;
constinit const convention &lp64f = of_float;
constinit const convention &lp64 = soft;

} // namespace cbf::abi
