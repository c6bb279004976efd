// The conventions of 32-bit x86: System V i386 psABI, 2.2; Microsoft, "Argument passing and naming conventions";
// Apple, "OS X ABI Function Call Guide", IA-32. What differs is data; one classifier reads it.
#include "abi/x86.hpp"

#include "abi/value.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace cbf::abi {
namespace {

constexpr std::size_t word = 4;
constexpr std::size_t most_vectors = 6;
constexpr std::size_t largest_homogeneous = 4;
constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// What an argument that cannot go to ECX or EDX does to those that are left (fastcall, thiscall).
enum class skipped {
    stay_free, // MSVC
    take_words // gcc: an aggregate or a 64-bit integer takes as many as it has words, though it goes to the stack
};

/// Results of structures and unions.
enum class record_results {
    in_memory,      // System V i386 psABI, 2.2.3
    small_as_gcc,   // MinGW: what gcc has a machine mode for, as that
    small_integers, // MSVC: 1, 2, 4, 8 bytes in EAX and EDX
    small_as_darwin // Apple: the same if each field has such a size; a sole floating element on the x87 stack
};

/// Which vectors align a record on the stack that contains them.
enum class aligning_vectors {
    in_aligned_parts, // gcc: those in no packed record
    in_fields         // clang for Apple: those in no array
};

/// What is the same for all conventions of a system.
struct system {
    const data_model *model;
    record_results results;
    bool empty_result_in_memory;  // gcc passes an address even for a structure without bytes
    std::size_t stack_alignment;  // at the call
    std::size_t vectors;          // vector arguments in registers
    std::size_t vector_result;    // the largest in a register
    bool mmx;                     // vectors of 8 bytes in MMX registers
    bool vectors_by_pointer;      // that found no register; else on the stack, aligned
    std::size_t record_alignment; // on the stack, at most, of a record that contains a vector
    aligning_vectors aligning;
    std::size_t long_double_alignment; // on the stack
    bool pops_result_pointer;          // a cdecl function pops the address of its result
    bool this_before_result;           // thiscall: ECX is for the first named argument, not for the result's address
    skipped skip;
};

constexpr system system_v{.model = &ilp32_sysv,
                          .results = record_results::in_memory,
                          .empty_result_in_memory = true,
                          .stack_alignment = 16,
                          .vectors = 3,
                          .vector_result = 64,
                          .mmx = true,
                          .vectors_by_pointer = false,
                          .record_alignment = unlimited,
                          .aligning = aligning_vectors::in_aligned_parts,
                          .long_double_alignment = 4,
                          .pops_result_pointer = true,
                          .this_before_result = false,
                          .skip = skipped::take_words};

constexpr system mingw{.model = &ilp32_mingw,
                       .results = record_results::small_as_gcc,
                       .empty_result_in_memory = true,
                       .stack_alignment = 4,
                       .vectors = 3,
                       .vector_result = 64,
                       .mmx = true,
                       .vectors_by_pointer = false,
                       .record_alignment = unlimited,
                       .aligning = aligning_vectors::in_aligned_parts,
                       .long_double_alignment = 4,
                       .pops_result_pointer = false,
                       .this_before_result = false,
                       .skip = skipped::take_words};

constexpr system msvc{.model = &ilp32_msvc,
                      .results = record_results::small_integers,
                      .empty_result_in_memory = false,
                      .stack_alignment = 4,
                      .vectors = 3,
                      .vector_result = 64,
                      .mmx = false,
                      .vectors_by_pointer = true,
                      .record_alignment = 4,
                      .aligning = aligning_vectors::in_aligned_parts,
                      .long_double_alignment = 4,
                      .pops_result_pointer = false,
                      .this_before_result = true,
                      .skip = skipped::stay_free};

constexpr system darwin{.model = &ilp32_darwin,
                        .results = record_results::small_as_darwin,
                        .empty_result_in_memory = false,
                        .stack_alignment = 16,
                        .vectors = 4,
                        .vector_result = 16,
                        .mmx = false,
                        .vectors_by_pointer = false,
                        .record_alignment = 16,
                        .aligning = aligning_vectors::in_fields,
                        .long_double_alignment = 16,
                        .pops_result_pointer = true,
                        .this_before_result = false,
                        .skip = skipped::take_words};

struct x86_convention final : convention {
    const system *of;
    bool pops; // the function pops its arguments
    bool is_thiscall;
    bool is_vectorcall;

    constexpr x86_convention(const char *its_name, const system &its_system, std::size_t general, bool does_pop,
                             bool thiscall = false, bool vectorcall = false)
        : convention(its_name, *its_system.model, !does_pop, CBF_FAMILY_X86, general), // ECX, then EDX
          of(&its_system),
          pops(does_pop),
          is_thiscall(thiscall),
          is_vectorcall(vectorcall) {}
    call_layout place(const data_model &sizes, const signature &signature,
                      std::span<const type> variadic) const override;
};

constexpr unsigned char general_order[] = {x86::CX, x86::DX};

// Whether it is or contains a vector that aligns it on the stack.
bool has_vector(const system &of, known_model &model, const type &type, answers<bool> &known) {
    constexpr std::size_t narrowest = 16;
    if (type.kind() == type_kind::vector)
        return size_of(model, type) >= narrowest && size_of(model, type) <= of.record_alignment;
    if (of.aligning == aligning_vectors::in_aligned_parts && alignment_of(model, type) < narrowest)
        return false;
    if (type.kind() == type_kind::array)
        return of.aligning == aligning_vectors::in_aligned_parts && has_vector(of, model, type.element(), known);
    return type.is_record() && known(type, [&] {
               return std::ranges::any_of(
                   type.fields(), [&](const field &member) { return has_vector(of, model, member.type, known); });
           });
}

bool is_register_size(std::size_t size) { return size <= 2 * word && std::has_single_bit(size); }

// The scalar type as which gcc handles a value, void if it has no machine mode for it: compute_record_mode in gcc's
// stor-layout.cc. Of records it makes integers, unless one field is all of a structure.
class mode_finder {
  public:
    explicit mode_finder(known_model &model) : model_(model) {}

    type mode_of(const type &type) {
        if (type.kind() == type_kind::vector)
            return mode_of_vector(type);
        if (type.kind() == type_kind::array) {
            const cbf::type element = mode_of(type.element());
            return element.kind() == type_kind::void_ || type.count() == 1U ? element : integer_for(type);
        }
        return type.is_record() ? known_(type, [&] { return mode_of_record(type); }) : type;
    }

  private:
    type mode_of_vector(const type &type) {
        const std::size_t size = size_of(model_, type);
        const bool is_wide = size > model_.sizes.widest_vector;
        if (type.element().is_floating() && (is_wide || size == 2 * word)) // since 3DNow! is gone
            return type_kind::void_;
        return is_wide ? integer_for(type) : type;
    }

    type integer_for(const type &type) {
        return is_register_size(size_of(model_, type)) ? type_kind::long_long : type_kind::void_;
    }

    type mode_of_record(const type &record) {
        std::optional<type> whole;
        for (const field &member : record.fields()) {
            if (!member.type.is_complete())
                return type_kind::void_;
            if (member.bits || size_of(model_, member.type) == 0)
                continue;
            const type mode = mode_of(member.type);
            if (mode.kind() == type_kind::void_)
                return mode;
            if (record.kind() == type_kind::structure && size_of(model_, member.type) == size_of(model_, record))
                whole = mode;
        }
        return whole ? *whole : integer_for(record);
    }

    known_model &model_;
    answers<type> known_;
};

// clang's X86_32ABIInfo::shouldReturnTypeInRegister: whether it and all in it has the size of a register or two.
bool fits_registers(known_model &model, const type &type, answers<bool> &known) {
    if (!is_register_size(size_of(model, type)) || type.kind() == type_kind::vector || has_flexible_array(type))
        return false;
    if (type.kind() == type_kind::array)
        return fits_registers(model, type.element(), known);
    return !type.is_record() || known(type, [&] {
        return std::ranges::all_of(type.fields(), [&](const field &member) {
            const bool is_empty = member.bits ? member.name.empty() : size_of(model, member.type) == 0;
            return is_empty || fits_registers(model, member.type, known);
        });
    });
}

class placement {
  public:
    placement(const x86_convention &convention, known_model &model)
        : convention_(convention), of_(*convention.of), model_(model) {}

    call_layout place(const signature &signature, std::span<const type> variadic) {
        is_variadic_ = signature.variadic;
        free_general_ = is_variadic_ ? 0 : convention_.general_arguments;
        vectors_ = is_variadic_ ? 0 : convention_.is_vectorcall ? most_vectors : of_.vectors;
        out_.convention = &convention_;
        out_.named = signature.parameters.size();
        out_.stack_alignment = of_.stack_alignment;
        free_for_homogeneous_ = vectors_left_by(signature);
        place_result(signature.result);
        for (const type &parameter : signature.parameters)
            place_argument(parameter);
        place_homogeneous();
        if (is_variadic_)
            out_.variadic = variadic_start{.general = 0, .vector = 0, .stack = stack_};
        for (const type &argument : variadic)
            place_argument(argument);
        out_.stack_size = stack_ - word;
        place_popped();
        return std::move(out_);
    }

  private:
    const type &sole(const type &type) const { return sole_element(model_, type); }

    // ---------------------------------------------------------------- result

    void place_result(const type &returned) {
        value_layout &result = out_.result = measure_result(model_, returned);
        if (returned.kind() == type_kind::void_ || (result.size == 0 && !of_.empty_result_in_memory))
            return;
        if (convention_.is_vectorcall)
            if (const auto aggregate = homogeneous(result))
                return place_elements(result, *aggregate, [next = 0U]() mutable { return next++; });
        place_result_as(result, returned.is_record() ? record_result(result) : returned);
        extend(result, x86::extended_size);
    }

    // What a record is returned as: a scalar, or void for memory.
    type record_result(const value_layout &result) const {
        constexpr type_kind as_integer = type_kind::long_long;
        switch (of_.results) {
        case record_results::in_memory:
            return type_kind::void_;
        case record_results::small_integers:
            return is_register_size(result.size) && !has_flexible_array(result.type) ? as_integer : type_kind::void_;
        case record_results::small_as_darwin: {
            answers<bool> known;
            if (!fits_registers(model_, result.type, known))
                return type_kind::void_;
            return sole(result.type).is_floating() ? sole(result.type) : as_integer;
        }
        case record_results::small_as_gcc:
            return mode_finder(model_).mode_of(result.type);
        }
        return type_kind::void_;
    }

    void place_result_as(value_layout &result, const type &as) {
        if (as.is_floating() && convention_.is_vectorcall && result.size <= 2 * word)
            result.pieces = {in_register(0, result.size, x86::xmm, 0)};
        else if (as.is_floating())
            place_result_in_x87(as);
        else if (as.kind() == type_kind::vector &&
                 result.size > std::min(of_.vector_result, model_.sizes.widest_vector))
            place_result_in_memory();
        else if (as.kind() == type_kind::vector && result.size > 2 * word)
            result.pieces = {in_register(0, result.size, x86::vector_bank(result.size), 0)};
        else if (as.kind() == type_kind::vector && of_.mmx)
            result.pieces = {in_register(0, result.size, x86::mmx, 0)};
        else if (as.kind() == type_kind::void_ || result.size > 2 * word)
            place_result_in_memory();
        else
            place_result_in_general();
    }

    void place_result_in_x87(const type &as) {
        value_layout &result = out_.result;
        const std::size_t bytes =
            as.kind() == type_kind::long_double ? model_.sizes.long_double_bytes : size_of(model_, as);
        result.pieces = {in_register(0, std::min(result.size, bytes), x86::x87, 0)};
        result.pieces.front().converted = bytes < x86::x87.size;
    }

    void place_result_in_general() {
        value_layout &result = out_.result;
        result.pieces = {in_register(0, std::min(result.size, word), x86::general32, x86::AX)};
        if (result.size > word)
            result.pieces.push_back(in_register(word, result.size - word, x86::general32, x86::DX));
    }

    void place_result_in_memory() {
        out_.result.by_pointer = true;
        out_.result.pieces = {in_register(0, word, x86::general32, x86::AX)};
        const bool in_register = free_general_ != 0 && !(convention_.is_thiscall && of_.this_before_result);
        out_.result_pointer = in_register ? take_general(word) : take_stack(word, word);
    }

    // Who pops: System V i386 psABI, 2.2.3, "the called function … pops the address of the result".
    void place_popped() {
        if (convention_.pops)
            out_.popped = out_.stack_size;
        else if (of_.pops_result_pointer && out_.result_pointer && !out_.result_pointer->in)
            out_.popped = word;
    }

    // ---------------------------------------------------------------- arguments

    piece take_general(std::size_t size) {
        const std::size_t taken = convention_.general_arguments - free_general_--;
        return in_register(0, size, x86::general32, general_order[taken]);
    }

    piece take_stack(std::size_t size, std::size_t alignment) {
        out_.stack_alignment = std::max(out_.stack_alignment, alignment);
        const std::size_t at = round_up(stack_ - word, alignment) + word;
        stack_ = at + round_up(size, word);
        return on_stack(0, size, at);
    }

    void place_argument(const type &passed) {
        value_layout value = measure(model_, passed, argument_name(out_.arguments.size()));
        if (value.size == 0)
            ;
        else if (passed.kind() == type_kind::vector)
            place_vector(value);
        else if (convention_.is_vectorcall && !is_variadic_ && place_in_vectorcall(value))
            ;
        else
            place_plain(value);
        extend(value, x86::extended_size);
        out_.arguments.push_back(std::move(value));
    }

    void place_plain(value_layout &value) {
        if (is_integer_or_pointer(value.type) && value.size <= word && free_general_ != 0)
            value.pieces = {take_general(value.size)};
        else if (of_.vectors_by_pointer && is_over_aligned(value))
            place_by_pointer(value);
        else {
            skip_general(value);
            value.pieces = {take_stack(value.size, stack_alignment_of(value))};
        }
    }

    // As clang: an attribute on the record itself, be it less than the alignment. MSVC since 2015; before, error C2719.
    static bool is_over_aligned(const value_layout &value) {
        return value.type.attributes().alignment != 0 && value.alignment > word && !has_flexible_array(value.type);
    }

    void place_by_pointer(value_layout &value) {
        value.by_pointer = true;
        value.pieces = {free_general_ != 0 ? take_general(word) : take_stack(word, word)};
    }

    void skip_general(const value_layout &value) {
        if (of_.skip == skipped::stay_free)
            return;
        const type mode = mode_finder(model_).mode_of(value.type);
        if (mode.kind() == type_kind::void_ || is_integer_or_pointer(mode))
            free_general_ -= std::min(free_general_, round_up(value.size, word) / word);
    }

    std::size_t stack_alignment_of(const value_layout &value) const {
        if (value.type.kind() == type_kind::long_double)
            return of_.long_double_alignment;
        constexpr std::size_t of_vector = 16;
        answers<bool> known;
        if (value.alignment < of_vector || !has_vector(of_, model_, value.type, known))
            return word;
        return std::min(value.alignment, of_.record_alignment);
    }

    void place_vector(value_layout &value) {
        constexpr std::size_t of_mmx = 8, of_sse = 16;
        if (value.size > std::max(of_sse, model_.sizes.widest_vector)) // gcc, for which it is as an aggregate then
            skip_general(value);
        if (value.size == of_mmx && !of_.mmx)
            value.pieces = {take_stack(value.size, word)};
        else if (value.size == of_mmx && value.size <= model_.sizes.widest_vector && !is_variadic_ &&
                 mmx_used_ < mmx_arguments)
            value.pieces = {in_register(0, value.size, x86::mmx, mmx_used_++)};
        else if (value.size != of_mmx && value.size <= model_.sizes.widest_vector && vector_used_ < vectors_)
            value.pieces = {take_vector(value.size)};
        else if (of_.vectors_by_pointer)
            place_by_pointer(value);
        else
            value.pieces = {take_stack(value.size, value.size == of_mmx ? word : value.alignment)};
    }

    piece take_vector(std::size_t size) {
        return in_register(0, size, x86::vector_bank(size), static_cast<unsigned>(vector_used_++));
    }

    // ---------------------------------------------------------------- __vectorcall

    std::optional<homogeneous_aggregate> homogeneous(const value_layout &value) const {
        if (value.type.is_floating() || value.type.kind() == type_kind::vector)
            return std::nullopt;
        return homogeneous_of(model_, value.type, largest_homogeneous);
    }

    template <class Next>
    static void place_elements(value_layout &value, const homogeneous_aggregate &aggregate, Next next) {
        for (std::size_t i = 0; i < aggregate.count; i++)
            value.pieces.push_back(in_register(i * aggregate.element_size, aggregate.element_size,
                                               x86::vector_bank(aggregate.element_size), next()));
    }

    bool place_in_vectorcall(value_layout &value) {
        if (goes_to_vector(value.type)) {
            if (vector_used_ < vectors_)
                value.pieces = {take_vector(value.size)};
            else
                place_by_pointer(value);
            return true;
        }
        const auto aggregate = homogeneous(value);
        if (!aggregate)
            return false;
        if (aggregate->count <= free_for_homogeneous_) {
            free_for_homogeneous_ -= aggregate->count;
            waiting_.push_back(out_.arguments.size());
        } else
            place_by_pointer(value);
        return true;
    }

    bool goes_to_vector(const type &type) const { return type.is_floating() || type.kind() == type_kind::vector; }

    // What the floating numbers and vectors, wherever they are, leave to homogeneous aggregates.
    std::size_t vectors_left_by(const signature &signature) const {
        const auto count =
            std::ranges::count_if(signature.parameters, [&](const type &of) { return goes_to_vector(of); });
        return vectors_ - std::min(vectors_, static_cast<std::size_t>(count));
    }

    void place_homogeneous() {
        for (const std::size_t index : waiting_)
            place_elements(out_.arguments[index], *homogeneous(out_.arguments[index]),
                           [&] { return static_cast<unsigned>(vector_used_++); });
    }

    static constexpr unsigned mmx_arguments = 3;

    const x86_convention &convention_;
    const system &of_;
    known_model &model_;
    call_layout out_;
    bool is_variadic_ = false;
    std::size_t free_general_ = 0;
    std::size_t vectors_ = 0;
    std::size_t vector_used_ = 0;
    std::size_t free_for_homogeneous_ = 0;
    unsigned mmx_used_ = 0;
    std::size_t stack_ = word; // above the return address
    std::vector<std::size_t> waiting_;
};

call_layout x86_convention::place(const data_model &sizes, const signature &signature,
                                  std::span<const type> variadic) const {
    known_model known(sizes);
    return placement(*this, known).place(signature, variadic);
}

constexpr x86_convention cdecl_sysv("cdecl_x86_sysv", system_v, 0, false);
constexpr x86_convention cdecl_mingw("cdecl_x86_mingw", mingw, 0, false);
constexpr x86_convention cdecl_msvc("cdecl_x86_msvc", msvc, 0, false);
constexpr x86_convention cdecl_darwin("cdecl_x86_darwin", darwin, 0, false);
constexpr x86_convention stdcall_sysv("stdcall_x86_sysv", system_v, 0, true);
constexpr x86_convention stdcall_mingw("stdcall_x86_mingw", mingw, 0, true);
constexpr x86_convention stdcall_msvc("stdcall_x86_msvc", msvc, 0, true);
constexpr x86_convention stdcall_darwin("stdcall_x86_darwin", darwin, 0, true);
constexpr x86_convention fastcall_sysv("fastcall_x86_sysv", system_v, 2, true);
constexpr x86_convention fastcall_mingw("fastcall_x86_mingw", mingw, 2, true);
constexpr x86_convention fastcall_msvc("fastcall_x86_msvc", msvc, 2, true);
constexpr x86_convention thiscall_sysv("thiscall_x86_sysv", system_v, 1, true, true);
constexpr x86_convention thiscall_mingw("thiscall_x86_mingw", mingw, 1, true, true);
constexpr x86_convention thiscall_msvc("thiscall_x86_msvc", msvc, 1, true, true);
constexpr x86_convention vectorcall_msvc("vectorcall_x86_msvc", msvc, 2, true, false, true);

} // namespace

constinit const convention &cdecl_x86_sysv = cdecl_sysv;
constinit const convention &cdecl_x86_mingw = cdecl_mingw;
constinit const convention &cdecl_x86_msvc = cdecl_msvc;
constinit const convention &cdecl_x86_darwin = cdecl_darwin;
constinit const convention &stdcall_x86_sysv = stdcall_sysv;
constinit const convention &stdcall_x86_mingw = stdcall_mingw;
constinit const convention &stdcall_x86_msvc = stdcall_msvc;
constinit const convention &stdcall_x86_darwin = stdcall_darwin;
constinit const convention &fastcall_x86_sysv = fastcall_sysv;
constinit const convention &fastcall_x86_mingw = fastcall_mingw;
constinit const convention &fastcall_x86_msvc = fastcall_msvc;
constinit const convention &thiscall_x86_sysv = thiscall_sysv;
constinit const convention &thiscall_x86_mingw = thiscall_mingw;
constinit const convention &thiscall_x86_msvc = thiscall_msvc;
constinit const convention &vectorcall_x86_msvc = vectorcall_msvc;

} // namespace cbf::abi
