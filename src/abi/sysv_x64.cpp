// System V x86-64 psABI, 3.2.3, Parameter Passing.
#include "abi/value.hpp"
#include "abi/x86.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

namespace cbf::abi {
namespace {

using enum value_class;

constexpr std::size_t eightbyte = 8;
constexpr std::size_t most_eightbytes = 8;
constexpr unsigned char general_order[] = {x86::DI, x86::SI, x86::DX, x86::CX, x86::R8, x86::R9};
constexpr unsigned char general_results[] = {x86::AX, x86::DX};
constexpr std::size_t vector_arguments = 8; // XMM0 … XMM7

struct sysv_x64_convention final : convention {
    std::size_t widest_vector; // in a register
    bool is_apples;            // as clang for Apple, which keeps to the psABI's first revisions

    constexpr sysv_x64_convention(const char *its_name, std::size_t widest, bool apples = false)
        : convention(its_name, lp64_sysv, true, CBF_FAMILY_SYSV_X64, std::size(general_order)),
          widest_vector(widest),
          is_apples(apples) {}
    call_layout place(const data_model &sizes, const signature &signature,
                      std::span<const type> variadic) const override;
};

// ---------------------------------------------------------------- classification

// 3.2.3, Classification, "Each field of an object is classified recursively …" (a) to (f).
value_class merge(value_class a, value_class b) {
    const auto either = [&](value_class value) { return a == value || b == value; };
    if (a == b || b == NO_CLASS)
        return a;
    if (a == NO_CLASS)
        return b;
    if (either(MEMORY))
        return MEMORY;
    if (either(INTEGER))
        return INTEGER;
    if (either(X87) || either(X87UP) || either(COMPLEX_X87))
        return MEMORY;
    return SSE;
}

// What classes the eightbytes of an aggregate have, from the first that it is in.
struct classes_of_aggregate {
    bool in_memory = false;
    std::size_t count = 0;
    std::array<value_class, most_eightbytes> classes{};
};

// By identity and offset.
using known_aggregates = std::map<std::pair<const void *, std::size_t>, classes_of_aggregate>;

class classifier {
  public:
    // base: of the first eightbyte, from the start of the argument.
    classifier(known_model &model, known_aggregates &known, std::size_t widest_vector, bool is_apples,
               std::size_t base = 0)
        : model_(model), known_(known), widest_vector_(widest_vector), is_apples_(is_apples), base_(base) {}

    // A class for each eightbyte; one MEMORY if the value goes there.
    std::vector<value_class> classify(const type &classified, std::size_t size) {
        const std::size_t count = (size + eightbyte - 1) / eightbyte;
        if (count > most_eightbytes)
            return {MEMORY};
        add(classified, 0);
        if (classified.kind() != type_kind::complex)
            clean_up(count);
        if (in_memory_)
            return {MEMORY};
        for (std::size_t i = 0; i < count; i++)
            if (is_lone_x87up(i))
                classes_[i] = SSE;
        return {classes_.begin(), classes_.begin() + static_cast<std::ptrdiff_t>(count)};
    }

  private:
    void set(std::size_t offset, value_class of) {
        value_class &merged = classes_[(offset - base_) / eightbyte];
        merged = merge(merged, of);
    }

    void add(const type &added, std::size_t offset) {
        if (in_memory_) // nothing changes that
            return;
        switch (added.kind()) {
        case type_kind::structure:
        case type_kind::union_:
        case type_kind::array:
            return add_aggregate(added, offset);
        default:
            return add_scalar(added, offset);
        }
    }

    // Each field is classified as if it were alone, its own cleanup included, and merged then: a union of a long double
    // and a pointer makes all around it MEMORY, even where something else is merged with its X87UP.
    void add_aggregate(const type &added, std::size_t offset) {
        const auto place = std::make_pair(added.identity(), offset);
        auto known = known_.find(place);
        if (known == known_.end())
            known = known_.emplace(place, classes_of(added, offset)).first;
        const classes_of_aggregate &found = known->second;
        in_memory_ = in_memory_ || found.in_memory;
        for (std::size_t i = 0; i < found.count; i++)
            if (found.classes[i] != NO_CLASS)
                set(offset / eightbyte * eightbyte + i * eightbyte, found.classes[i]);
    }

    classes_of_aggregate classes_of(const type &added, std::size_t offset) {
        const std::size_t base = offset / eightbyte * eightbyte;
        classifier inner(model_, known_, widest_vector_, is_apples_, base);
        if (added.kind() == type_kind::array)
            inner.add_array(added, offset);
        else
            inner.add_record(added, offset);
        const std::size_t end = offset + (added.is_complete() ? size_of(model_, added) : 0);
        const std::size_t count = (end - base + eightbyte - 1) / eightbyte;
        inner.clean_up(count);
        return {inner.in_memory_, count, inner.classes_};
    }

    void add_scalar(const type &added, std::size_t offset) {
        if (offset % alignment_of(model_, added) != 0) { // "If … it contains unaligned fields, it has class MEMORY"
            in_memory_ = true;
            return;
        }
        switch (added.kind()) {
        case type_kind::float_:
        case type_kind::double_:
            return set(offset, SSE);
        case type_kind::long_double:
            return add_long_double(offset, X87, X87UP);
        case type_kind::complex:
            return add_complex(added, offset);
        case type_kind::vector:
            return add_vector(added, offset);
        default:
            return add_integer(added, offset);
        }
    }

    void add_integer(const type &added, std::size_t offset) {
        const std::size_t end = offset + size_of(model_, added);
        for (std::size_t at = offset / eightbyte * eightbyte; at < end; at += eightbyte) // of _Complex int, may be two
            set(at, INTEGER);
    }

    void add_long_double(std::size_t offset, value_class low, value_class high) {
        if (model_.sizes.long_double_size == eightbyte)
            return set(offset, SSE);
        set(offset, low);
        set(offset + eightbyte, high);
    }

    void add_complex(const type &added, std::size_t offset) {
        if (added.element().is_integer())
            return add_integer(added, offset);
        const std::size_t part = size_of(model_, added.element());
        if (part <= eightbyte) {
            set(offset, SSE);
            return set(offset + part, SSE);
        }
        for (std::size_t at = 0; at < 2 * part; at += eightbyte)
            set(offset + at, COMPLEX_X87);
    }

    void add_vector(const type &added, std::size_t offset) {
        const std::size_t size = size_of(model_, added);
        if (is_apples_ && size == eightbyte && added.count() == 1U && !added.element().is_floating())
            return set(offset, INTEGER);
        if (size > widest_vector_)
            in_memory_ = true;
        for (std::size_t at = 0; at < size; at += eightbyte)
            set(offset + at, at == 0 ? SSE : SSEUP);
    }

    void add_array(const type &added, std::size_t offset) {
        const std::size_t each = size_of(model_, added.element());
        for (std::size_t i = 0; i < added.count().value_or(0) && each != 0; i++)
            add(added.element(), offset + i * each);
    }

    void add_record(const type &added, std::size_t offset) {
        const record_layout &record = layout_of(model_, added);
        const std::span<const field> fields = added.fields();
        for (std::size_t i = 0; i < fields.size(); i++) {
            const field_place &place = record.fields[i];
            if (!fields[i].bits)
                add(fields[i].type, offset + place.offset);
            else if (!fields[i].name.empty()) // an unnamed one is padding
                add_bits(offset * 8 + place.offset * 8 + place.bit, place.bits);
        }
    }

    void add_bits(std::size_t first, std::size_t bits) {
        constexpr std::size_t eightbyte_bits = eightbyte * 8;
        for (std::size_t at = first / eightbyte_bits; at * eightbyte_bits < first + bits; at++)
            set(at * eightbyte, INTEGER);
    }

    // 3.2.3, Classification, "Then a post merger cleanup is done".
    void clean_up(std::size_t count) {
        const auto begin = classes_.begin();
        const auto end = begin + static_cast<std::ptrdiff_t>(count);
        in_memory_ = in_memory_ || std::find(begin, end, MEMORY) != end;
        for (std::size_t i = 0; i < count; i++)
            in_memory_ = in_memory_ || (!is_apples_ && is_lone_x87up(i));
        if (count > 2)
            in_memory_ = in_memory_ || classes_[0] != SSE ||
                         !std::all_of(begin + 1, end, [](value_class of) { return of == SSEUP; });
        for (std::size_t i = 0; i < count; i++)
            if (classes_[i] == SSEUP && (i == 0 || (classes_[i - 1] != SSE && classes_[i - 1] != SSEUP)))
                classes_[i] = SSE;
    }

    bool is_lone_x87up(std::size_t i) const { return classes_[i] == X87UP && (i == 0 || classes_[i - 1] != X87); }

    known_model &model_;
    known_aggregates &known_;
    std::size_t widest_vector_;
    bool is_apples_;
    std::size_t base_;
    bool in_memory_ = false;
    std::array<value_class, most_eightbytes> classes_{};
};

// ---------------------------------------------------------------- registers

std::size_t run_of_vector(std::span<const value_class> classes, std::size_t first) {
    std::size_t end = first + 1;
    while (end < classes.size() && classes[end] == SSEUP)
        end++;
    return end - first;
}

struct registers_needed {
    std::size_t general = 0;
    std::size_t vector = 0;
};

registers_needed needed(std::span<const value_class> classes) {
    return {static_cast<std::size_t>(std::ranges::count(classes, INTEGER)),
            static_cast<std::size_t>(std::ranges::count(classes, SSE))};
}

// What carries the eightbytes of a value that goes to registers, once they are chosen.
template <class General, class Vector>
std::vector<piece> pieces_of(const value_layout &value, General next_general, Vector next_vector) {
    std::vector<piece> pieces;
    for (std::size_t i = 0; i < value.classes.size(); i++) {
        const std::size_t offset = i * eightbyte;
        const std::size_t rest = value.size - offset;
        if (value.classes[i] == INTEGER)
            pieces.push_back(in_register(offset, std::min(rest, eightbyte), x86::general64, next_general()));
        if (value.classes[i] == SSE) {
            const std::size_t size = std::min(rest, run_of_vector(value.classes, i) * eightbyte);
            pieces.push_back(in_register(offset, size, x86::vector_bank(size), next_vector()));
        }
    }
    return pieces;
}

bool has_class(const value_layout &value, value_class of) { return std::ranges::count(value.classes, of) != 0; }

// ---------------------------------------------------------------- a call

class placement {
  public:
    placement(const sysv_x64_convention &convention, known_model &model)
        : convention_(convention),
          model_(model),
          widest_vector_(std::clamp(model.sizes.widest_vector, of_sse, convention.widest_vector)) {}

    call_layout place(const signature &signature, std::span<const type> variadic) {
        call_layout &out = out_;
        out.convention = &convention_;
        out.named = signature.parameters.size();
        out.stack_alignment = 2 * eightbyte; // 3.2.2, The Stack Frame
        place_result(signature.result);
        for (const type &parameter : signature.parameters)
            place_argument(parameter, false);
        if (signature.variadic)
            out.variadic = variadic_start{general_, vector_, stack_};
        for (const type &argument : variadic)
            place_argument(argument, true);
        if (signature.variadic)
            out.vector_registers = static_cast<unsigned>(vector_);
        out.stack_size = round_up(stack_ - eightbyte, eightbyte);
        return std::move(out_);
    }

  private:
    void classify(value_layout &value, std::size_t widest_vector) const {
        known_aggregates known;
        if (value.size != 0)
            value.classes =
                classifier(model_, known, widest_vector, convention_.is_apples).classify(value.type, value.size);
    }

    // 3.2.3, Returning of Values.
    void place_result(const type &returned) {
        value_layout &result = out_.result = measure_result(model_, returned);
        classify(result, widest_vector_);
        if (has_class(result, MEMORY))
            return place_result_in_memory();
        if (has_class(result, COMPLEX_X87))
            return place_complex_long_double();
        if (has_class(result, X87)) {
            result.pieces = {in_register(0, model_.sizes.long_double_bytes, x86::x87, 0)};
            return;
        }
        std::size_t general = 0;
        unsigned vector = 0;
        result.pieces = pieces_of(
            result, [&] { return general_results[general++]; }, [&] { return vector++; });
        extend(result, x86::extended_size);
    }

    void place_result_in_memory() {
        out_.result.by_pointer = true;
        out_.result.pieces = {in_register(0, eightbyte, x86::general64, x86::AX)};
        out_.result_pointer = in_register(0, eightbyte, x86::general64, general_order[general_++]);
    }

    void place_complex_long_double() {
        const std::size_t bytes = model_.sizes.long_double_bytes;
        out_.result.pieces = {in_register(0, bytes, x86::x87, 0),
                              in_register(model_.sizes.long_double_size, bytes, x86::x87, 1)};
    }

    void place_argument(const type &passed, bool is_variadic) {
        value_layout value = measure(model_, passed, argument_name(out_.arguments.size()));
        // 3.2.3: "__m256 and __m512 … unnamed arguments are passed in memory".
        classify(value, is_variadic ? of_sse : widest_vector_);
        if (value.size != 0 && !place_in_registers(value))
            place_on_stack(value);
        extend(value, x86::extended_size);
        out_.arguments.push_back(std::move(value));
    }

    // "If there are no registers available for any eightbyte of an argument, the whole argument is passed on the
    // stack."
    bool place_in_registers(value_layout &value) {
        const registers_needed need = needed(value.classes);
        if (has_class(value, MEMORY) || has_class(value, X87) || has_class(value, COMPLEX_X87) ||
            general_ + need.general > std::size(general_order) || vector_ + need.vector > vector_arguments)
            return false;
        value.pieces = pieces_of(
            value, [&] { return general_order[general_++]; }, [&] { return static_cast<unsigned>(vector_++); });
        return true;
    }

    void place_on_stack(value_layout &value) {
        const std::size_t alignment = std::max(value.alignment, eightbyte);
        out_.stack_alignment = std::max(out_.stack_alignment, alignment);
        stack_ = round_up(stack_ - eightbyte, alignment) + eightbyte;
        value.pieces = {on_stack(0, value.size, stack_)};
        stack_ += round_up(value.size, eightbyte);
    }

    static constexpr std::size_t of_sse = 16; // which every x86-64 has

    const sysv_x64_convention &convention_;
    known_model &model_;
    std::size_t widest_vector_; // in a register
    call_layout out_;
    std::size_t general_ = 0;
    std::size_t vector_ = 0;
    std::size_t stack_ = eightbyte; // above the return address
};

call_layout sysv_x64_convention::place(const data_model &sizes, const signature &signature,
                                       std::span<const type> variadic) const {
    known_model known(sizes);
    return placement(*this, known).place(signature, variadic);
}

constexpr sysv_x64_convention with_avx512("sysv_x64", 64);
constexpr sysv_x64_convention with_avx("sysv_x64_avx", 32);
constexpr sysv_x64_convention with_sse("sysv_x64_sse", 16);
constexpr sysv_x64_convention for_apple("sysv_x64_darwin", 64, true);

} // namespace

constinit const convention &sysv_x64 = with_avx512;
constinit const convention &sysv_x64_avx = with_avx;
constinit const convention &sysv_x64_sse = with_sse;
constinit const convention &sysv_x64_darwin = for_apple;

} // namespace cbf::abi
