// Microsoft, "x64 calling convention" and "__vectorcall" (C++ language reference).
#include "abi/value.hpp"
#include "abi/x86.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace cbf::abi {
namespace {

constexpr std::size_t word = 8;
constexpr unsigned char general_order[] = {x86::CX, x86::DX, x86::R8, x86::R9};
constexpr std::size_t shadow = word * std::size(general_order); // "Stack allocation": the home of the four registers
constexpr std::size_t most_vectors = 6;
constexpr std::size_t largest_homogeneous = 4;

struct ms_x64_convention final : convention {
    std::size_t vector_arguments;    // by position, the first so many
    std::size_t widest_result;       // vector returned in a register
    bool flexible_by_pointer;        // a structure that ends in an array without a length, whatever its size
    bool empty_on_stack;             // a C++ class without bytes of its own takes a word there
    bool has_homogeneous_aggregates; // __vectorcall

    constexpr ms_x64_convention(const char *its_name, const data_model &its_model, std::size_t vectors,
                                std::size_t widest, bool flexible, bool empty, bool homogeneous)
        : convention(its_name, its_model, !homogeneous, CBF_FAMILY_MS_X64, std::size(general_order)),
          vector_arguments(vectors),
          widest_result(widest),
          flexible_by_pointer(flexible),
          empty_on_stack(empty),
          has_homogeneous_aggregates(homogeneous) {}
    call_layout place(const data_model &sizes, const signature &signature,
                      std::span<const type> variadic) const override;
};

class placement {
  public:
    placement(const ms_x64_convention &convention, known_model &model) : convention_(convention), model_(model) {}

    call_layout place(const signature &signature, std::span<const type> variadic) {
        out_.convention = &convention_;
        out_.named = signature.parameters.size();
        out_.stack_alignment = 2 * word;
        place_result(signature.result);
        free_vectors_ = convention_.vector_arguments - vectors_by_position(signature);
        for (const type &parameter : signature.parameters)
            place_argument(parameter, false);
        if (signature.variadic)
            out_.variadic = variadic_start{.general = std::min(position_, std::size(general_order)),
                                           .vector = std::min(position_, std::size(general_order)),
                                           .stack = word + std::min(position_ * word, stack_)};
        for (const type &argument : variadic)
            place_argument(argument, true);
        place_homogeneous();
        out_.stack_size = stack_;
        return std::move(out_);
    }

  private:
    // How many of the first parameters are floating or vectors: each takes the vector register of its position. As
    // clang, which does not count the address of the result here.
    std::size_t vectors_by_position(const signature &signature) const {
        std::size_t count = 0;
        std::size_t position = 0;
        for (const type &parameter : signature.parameters)
            if (position++ < convention_.vector_arguments && goes_to_vector(parameter))
                count++;
        return count;
    }

    bool goes_to_vector(const type &type) const {
        return is_floating_scalar(type) || (convention_.has_homogeneous_aggregates && is_wide_vector(type));
    }

    bool is_floating_scalar(const type &type) const { return type.is_floating() && size_of(model_, type) <= word; }

    bool is_wide_vector(const type &type) const {
        return type.kind() == type_kind::vector && size_of(model_, type) > word;
    }

    // "__vectorcall": "a homogeneous vector aggregate … up to four members of the same vector type".
    std::optional<homogeneous_aggregate> homogeneous(const value_layout &value) const {
        if (!convention_.has_homogeneous_aggregates || goes_to_vector(value.type))
            return std::nullopt;
        return homogeneous_of(model_, value.type, largest_homogeneous);
    }

    // "Return values".
    void place_result(const type &type) {
        value_layout &result = out_.result = measure_result(model_, type);
        if (result.size == 0)
            return;
        if (const auto aggregate = homogeneous(result))
            return place_homogeneous_in(result, *aggregate, [next = 0U]() mutable { return next++; });
        const bool in_vector = is_floating_scalar(type) || laid_out_as(type).kind() == type_kind::int128 ||
                               laid_out_as(type).kind() == type_kind::unsigned_int128 ||
                               (is_wide_vector(type) && result.size <= convention_.widest_result);
        if (in_vector)
            result.pieces = {in_register(0, result.size, x86::vector_bank(result.size), 0)};
        else if (fits_in_word(result))
            result.pieces = {in_register(0, result.size, x86::general64, x86::AX)};
        else
            place_result_in_memory();
    }

    void place_result_in_memory() {
        out_.result.by_pointer = true;
        out_.result.pieces = {in_register(0, word, x86::general64, x86::AX)};
        out_.result_pointer = in_register(0, word, x86::general64, general_order[position_++]);
    }

    // "Any argument that doesn't fit in 8 bytes, or isn't 1, 2, 4, or 8 bytes, must be passed by reference."
    bool fits_in_word(const value_layout &value) const {
        return value.size <= word && std::has_single_bit(value.size) &&
               !(convention_.flexible_by_pointer && has_flexible_array(value.type));
    }

    void place_argument(const type &passed, bool is_variadic) {
        value_layout value = measure(model_, passed, argument_name(out_.arguments.size()));
        const auto aggregate = homogeneous(value);
        if (aggregate && aggregate->count <= free_vectors_)
            place_as_homogeneous(*aggregate);
        else if (goes_to_vector(passed) && position_ < convention_.vector_arguments)
            place_in_vector(value, is_variadic);
        else if (!fits_in_word(value))
            place_in_word(value, true);
        else if (has_place(value))
            place_in_word(value, aggregate.has_value());
        out_.arguments.push_back(std::move(value));
    }

    bool has_place(const value_layout &value) const {
        return position_ < std::size(general_order) || convention_.empty_on_stack || !is_empty(value.type);
    }

    // The word on the stack of the next position, if it is not one of a general register.
    std::size_t take_slot() {
        if (position_++ < std::size(general_order))
            return 0;
        stack_ += word;
        return stack_;
    }

    void place_in_word(value_layout &value, bool by_pointer) {
        value.by_pointer = by_pointer;
        const std::size_t size = by_pointer ? word : value.size;
        if (position_ < std::size(general_order))
            value.pieces = {in_register(0, size, x86::general64, general_order[position_])};
        const std::size_t slot = take_slot();
        if (slot != 0)
            value.pieces = {on_stack(0, size, slot)};
    }

    void place_in_vector(value_layout &value, bool is_variadic) {
        const std::size_t position = position_;
        value.pieces = {in_register(0, value.size, x86::vector_bank(value.size), static_cast<unsigned>(position))};
        vector_used_[position] = true;
        take_slot();
        if (!is_variadic || position >= std::size(general_order))
            return;
        piece second = in_register(0, value.size, x86::general64, general_order[position]);
        second.duplicate = true;
        value.pieces.push_back(second);
    }

    // Registers are given last. As clang: one behind the positions of vector registers takes no word on the stack.
    void place_as_homogeneous(const homogeneous_aggregate &aggregate) {
        free_vectors_ -= aggregate.count;
        waiting_.push_back(out_.arguments.size());
        if (position_ < convention_.vector_arguments)
            take_slot();
        else
            position_++;
    }

    template <class Next>
    void place_homogeneous_in(value_layout &value, const homogeneous_aggregate &aggregate, Next next) {
        for (std::size_t i = 0; i < aggregate.count; i++)
            value.pieces.push_back(in_register(i * aggregate.element_size, aggregate.element_size,
                                               x86::vector_bank(aggregate.element_size), next()));
    }

    // "After … all vector type arguments are allocated, HVA arguments are allocated to unused vector registers."
    void place_homogeneous() {
        for (const std::size_t index : waiting_) {
            value_layout &value = out_.arguments[index];
            place_homogeneous_in(value, *homogeneous(value), [&] {
                const auto free = std::ranges::find(vector_used_, false);
                *free = true;
                return static_cast<unsigned>(free - vector_used_.begin());
            });
        }
    }

    const ms_x64_convention &convention_;
    known_model &model_;
    call_layout out_;
    std::size_t position_ = 0; // "Parameter passing": a position belongs to one register of either kind
    std::array<bool, most_vectors> vector_used_{};
    std::size_t stack_ = shadow;       // bytes above the return address
    std::size_t free_vectors_ = 0;     // for homogeneous aggregates
    std::vector<std::size_t> waiting_; // arguments whose registers are not chosen yet
};

call_layout ms_x64_convention::place(const data_model &sizes, const signature &signature,
                                     std::span<const type> variadic) const {
    known_model known(sizes);
    return placement(*this, known).place(signature, variadic);
}

constexpr ms_x64_convention msvc("ms_x64", llp64_msvc, 4, 64, true, true, false);
constexpr ms_x64_convention gcc("ms_x64_mingw", llp64_mingw, 4, 16, false, false, false);
constexpr ms_x64_convention vectorcall("vectorcall_x64", llp64_msvc, most_vectors, 64, true, true, true);

} // namespace

constinit const convention &ms_x64 = msvc;
constinit const convention &ms_x64_mingw = gcc;
constinit const convention &vectorcall_x64 = vectorcall;

} // namespace cbf::abi
