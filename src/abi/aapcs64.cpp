// Arm, "Procedure Call Standard for the Arm 64-bit Architecture" (AAPCS64), 6.8, Parameter passing, and what Apple and
// Microsoft do otherwise.
#include "abi/aarch64.hpp"
#include "abi/value.hpp"

#include <algorithm>
#include <utility>

namespace cbf::abi {
namespace {

constexpr std::size_t word = 8;
constexpr std::size_t general_registers = 8; // X0 … X7
constexpr std::size_t vector_registers = 8;  // V0 … V7
constexpr unsigned result_register = 8;      // X8 carries the address of a result in memory
constexpr std::size_t largest_homogeneous = 4;
constexpr std::size_t largest_short_vector = 16;
constexpr std::size_t largest_composite = 16; // by value
constexpr std::size_t of_int = 4;

struct aapcs64_convention final : convention {
    bool is_apples;
    bool is_microsofts;

    constexpr aapcs64_convention(const char *its_name, const data_model &its_model, bool apples, bool microsofts)
        : convention(its_name, its_model, true, CBF_FAMILY_AAPCS64, general_registers),
          is_apples(apples),
          is_microsofts(microsofts) {}
    call_layout place(const data_model &sizes, const signature &called, std::span<const type> variadic) const override;
};

/// 5.9, "Composite types": the natural alignment of a composite type is that of its members, before any alignment of
/// the whole.
std::size_t natural_alignment(known_model &model, const type &asked) {
    if (!asked.is_record())
        return alignment_of(model, asked);
    std::size_t natural = 1;
    for (const field &member : asked.fields()) {
        const bool is_packed = asked.attributes().packed || member.packed;
        std::size_t own = is_packed ? 1 : alignment_of(model, member.type);
        own = std::max(own, member.alignment);
        natural = std::max(natural, asked.attributes().pack == 0 ? own : std::min(own, asked.attributes().pack));
    }
    return natural;
}

class placement {
  public:
    placement(const aapcs64_convention &used, known_model &model) : used_(used), model_(model) {}

    call_layout place(const signature &called, std::span<const type> variadic) {
        out_.convention = &used_;
        out_.named = called.parameters.size();
        out_.stack_alignment = 2 * word; // 6.4.5.1, Universal stack constraints
        words_only_ = used_.is_microsofts && called.variadic;
        place_result(called.result);
        for (const type &parameter : called.parameters)
            place_argument(parameter, false);
        if (called.variadic) {
            stack_ = round_up(stack_, word);
            out_.variadic = variadic_start{.general = general_, .vector = vector_, .stack = stack_};
        }
        for (const type &argument : variadic)
            place_argument(argument, true);
        out_.stack_size = round_up(stack_, word);
        return std::move(out_);
    }

  private:
    // ------------------------------------------------------------ what a value is

    std::optional<homogeneous_aggregate> homogeneous(const value_layout &value) const {
        const type_kind kind = value.type.kind();
        if (kind != type_kind::complex && !value.type.is_record())
            return std::nullopt;
        const auto found = homogeneous_of(model_, value.type, largest_homogeneous, true);
        if (found && found->element_size > largest_short_vector)
            return std::nullopt;
        return found;
    }

    // clang, for Apple and Microsoft: no record without named fields is passed in C, whatever its size, nor by Apple's
    // in C++.
    bool is_nothing(const value_layout &value) const {
        constexpr std::size_t in_cxx = 1;
        const bool is_c = model_.sizes.empty_record_size != in_cxx;
        return value.size == 0 || ((used_.is_apples || (used_.is_microsofts && is_c)) && is_padding(value.type));
    }

    // clang takes a _Complex int for one.
    static bool is_aggregate(const value_layout &value) {
        return value.type.is_record() || value.type.kind() == type_kind::complex;
    }

    static bool is_short_vector(const value_layout &value) {
        return value.type.kind() == type_kind::vector && value.size <= largest_short_vector;
    }

    static bool is_in_vector_register(const value_layout &value) {
        return value.type.is_floating() || is_short_vector(value);
    }

    // B.4: "a Composite Type that is larger than 16 bytes"; as compilers, a vector that is no short one, too.
    static bool is_by_reference(const value_layout &value) { return value.size > largest_composite; }

    // clang, for Apple and Microsoft, goes by that of the whole.
    std::size_t alignment_of_argument(const value_layout &value) const {
        const bool is_whole = used_.is_apples || used_.is_microsofts;
        return is_whole ? value.alignment : natural_alignment(model_, value.type);
    }

    // Whether it takes two words from an even one on.
    bool is_in_pair(const value_layout &value) const {
        return alignment_of_argument(value) > word && value.size > word;
    }

    // ------------------------------------------------------------ pieces

    static piece in_vector(std::size_t offset, std::size_t size, std::size_t number) {
        return in_register(offset, size, aarch64::vector, static_cast<unsigned>(number));
    }

    static piece in_general(std::size_t offset, std::size_t size, std::size_t number) {
        return in_register(offset, size, aarch64::general, static_cast<unsigned>(number));
    }

    static void in_general_registers(value_layout &value, std::size_t first) {
        for (std::size_t offset = 0; offset < value.size; offset += word)
            value.pieces.push_back(in_general(offset, std::min(word, value.size - offset), first++));
    }

    static void in_vector_registers(value_layout &value, const homogeneous_aggregate &aggregate, std::size_t first) {
        for (std::size_t i = 0; i < aggregate.count; i++)
            value.pieces.push_back(in_vector(i * aggregate.element_size, aggregate.element_size, first + i));
    }

    // ------------------------------------------------------------ the result

    // 6.9, Result return.
    void place_result(const type &returned) {
        value_layout &result = out_.result = measure_result(model_, returned);
        if (is_nothing(result))
            return;
        if (const auto aggregate = homogeneous(result))
            in_vector_registers(result, *aggregate, 0);
        else if (is_in_vector_register(result))
            result.pieces = {in_vector(0, result.size, 0)};
        else if (!is_by_reference(result))
            in_general_registers(result, 0);
        else
            place_result_in_memory();
        extend_for_apple(result);
    }

    // Nothing is promised to be returned of the address.
    void place_result_in_memory() {
        out_.result.by_pointer = true;
        out_.result_pointer = in_general(0, word, result_register);
    }

    // ------------------------------------------------------------ arguments

    void place_argument(const type &passed, bool is_variadic) {
        value_layout value = measure(model_, passed, argument_name(out_.arguments.size()));
        if (!is_nothing(value)) {
            if (words_only_)
                place_in_words(value);
            else if (used_.is_apples && is_variadic)
                place_apples_variadic(value);
            else
                place_named(value);
        }
        extend_for_apple(value);
        out_.arguments.push_back(std::move(value));
    }

    // 6.8.2, stages B and C.
    void place_named(value_layout &value) {
        const auto aggregate = homogeneous(value);
        if (aggregate || is_in_vector_register(value))
            return place_in_vectors(value, aggregate.value_or(homogeneous_aggregate{value.size, 1}));
        if (is_by_reference(value))
            return place_address(value);
        place_in_general(value);
    }

    // C.1 to C.6.
    void place_in_vectors(value_layout &value, const homogeneous_aggregate &aggregate) {
        if (vector_ + aggregate.count <= vector_registers) {
            in_vector_registers(value, aggregate, vector_);
            vector_ += aggregate.count;
            return;
        }
        vector_ = vector_registers;
        const bool is_by_element = used_.is_apples || used_.is_microsofts;
        place_on_stack(value, is_by_element ? aggregate.element_size : alignment_of_argument(value), false);
    }

    // B.4.
    void place_address(value_layout &value) {
        value.by_pointer = true;
        if (general_ < general_registers)
            value.pieces = {in_general(0, word, general_++)};
        else
            value.pieces = {on_stack(0, word, take_stack(word, word))};
    }

    // C.9 to C.17.
    void place_in_general(value_layout &value) {
        const std::size_t words = round_up(value.size, word) / word;
        const bool is_pair = is_in_pair(value);
        if (is_pair && !used_.is_apples)
            general_ = round_up(general_, 2);
        if (general_ + words <= general_registers) {
            in_general_registers(value, general_);
            general_ += words;
            return;
        }
        general_ = general_registers;
        place_on_stack(value, is_pair ? 2 * word : alignment_of_argument(value), is_aggregate(value));
    }

    // Apple, "Pass arguments to functions correctly": "Function arguments may consume slots on the stack that are not
    // multiples of 8 bytes." Composites take whole words there, too, but homogeneous ones.
    void place_on_stack(value_layout &value, std::size_t natural, bool in_words) {
        const bool is_packed = used_.is_apples && !in_words;
        const std::size_t alignment = is_packed ? natural : std::max(natural, word);
        const std::size_t size = is_packed ? value.size : round_up(value.size, word);
        value.pieces = {on_stack(0, value.size, take_stack(size, alignment))};
    }

    std::size_t take_stack(std::size_t size, std::size_t alignment) {
        const std::size_t at = round_up(stack_, std::min(alignment, 2 * word));
        stack_ = at + size;
        return at;
    }

    // Apple, "Update code that passes arguments to variadic functions": each "has 8 bytes of stack space", or more.
    void place_apples_variadic(value_layout &value) {
        const bool is_reference = is_by_reference(value) && !homogeneous(value);
        value.by_pointer = is_reference;
        const std::size_t size = is_reference ? word : value.size;
        const std::size_t alignment = is_reference ? word : std::max(word, alignment_of_argument(value));
        value.pieces = {on_stack(0, size, take_stack(round_up(size, word), alignment))};
    }

    // Microsoft, "Addendum: Variadic functions": "an imaginary stack, where the first 64 bytes of the stack are loaded
    // into x0-x7".
    void place_in_words(value_layout &value) {
        value.by_pointer = is_by_reference(value);
        const std::size_t size = value.by_pointer ? word : value.size;
        if (!value.by_pointer && is_in_pair(value))
            take_word_pair();
        for (std::size_t offset = 0; offset < size; offset += word) {
            const std::size_t bytes = std::min(word, size - offset);
            if (general_ < general_registers)
                value.pieces.push_back(in_general(offset, bytes, general_++));
            else
                add_word_on_stack(value, offset, bytes);
        }
    }

    // The next word on the stack, which goes on with what is there of the value already.
    void add_word_on_stack(value_layout &value, std::size_t offset, std::size_t bytes) {
        const std::size_t at = take_stack(word, word);
        if (!value.pieces.empty() && !value.pieces.back().in)
            value.pieces.back().size += bytes;
        else
            value.pieces.push_back(on_stack(offset, bytes, at));
    }

    void take_word_pair() {
        if (general_ < general_registers)
            general_ = round_up(general_, 2);
        else
            stack_ = round_up(stack_, 2 * word);
    }

    // Apple: "The caller of a function is responsible for signing or zero-extending any argument with fewer than 32
    // bits."
    void extend_for_apple(value_layout &value) const {
        if (used_.is_apples && (value.pieces.empty() || value.pieces.front().in))
            extend(value, of_int);
    }

    const aapcs64_convention &used_;
    known_model &model_;
    call_layout out_;
    bool words_only_ = false;
    std::size_t general_ = 0; // NGRN
    std::size_t vector_ = 0;  // NSRN
    std::size_t stack_ = 0;   // NSAA
};

call_layout aapcs64_convention::place(const data_model &sizes, const signature &called,
                                      std::span<const type> variadic) const {
    known_model known(sizes);
    return placement(*this, known).place(called, variadic);
}

constexpr aapcs64_convention arm("aapcs64", lp64_aapcs, false, false);
constexpr aapcs64_convention darwin("aapcs64_darwin", lp64_darwin, true, false);
constexpr aapcs64_convention windows("aapcs64_windows", llp64_msvc, false, true);

} // namespace

constinit const convention &aapcs64 = arm;
constinit const convention &aapcs64_darwin = darwin;
constinit const convention &aapcs64_windows = windows;

std::size_t aarch64::natural_alignment(const data_model &sizes, const type &of) {
    known_model known(sizes);
    return abi::natural_alignment(known, of);
}

} // namespace cbf::abi
