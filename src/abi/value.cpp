#include "abi/value.hpp"

#include <algorithm>
#include <stdexcept>

namespace cbf::abi {
namespace {

[[noreturn]] void refuse(const std::string &name, const type &type, const std::string &why) {
    throw std::invalid_argument("cbframe: " + name + " is of type " + to_string(type) + ": " + why);
}

// Why a type has no value that a call can carry, or nothing.
std::string_view why_not_passed(const type &type) {
    switch (type.kind()) {
    case type_kind::void_:
        return "void has no value";
    case type_kind::function:
        return "a function is passed as a pointer to it";
    case type_kind::array:
        return "an array is passed as a pointer to its first element";
    default:
        return type.is_complete() ? "" : "it is incomplete";
    }
}

} // namespace

extension extension_of(const type &type) {
    switch (laid_out_as(type).kind()) {
    case type_kind::bool_:
    case type_kind::unsigned_char:
    case type_kind::unsigned_short:
        return extension::zero;
    case type_kind::char_:
    case type_kind::signed_char:
    case type_kind::short_:
        return extension::sign;
    default:
        return extension::none;
    }
}

value_layout measure(known_model &model, const type &type, const std::string &name) {
    if (const std::string_view why = why_not_passed(type); !why.empty())
        refuse(name, type, std::string(why));
    constexpr std::size_t too_large = std::size_t{1} << 30;
    value_layout value{.type = type, .size = size_of(model, type), .alignment = alignment_of(model, type)};
    if (value.size >= too_large)
        refuse(name, type, "no call carries 2^30 bytes or more");
    return value;
}

value_layout measure_result(known_model &model, const type &type) {
    if (type.kind() == type_kind::void_)
        return {.type = type};
    return measure(model, type, "the result");
}

namespace {

// Whether it is a record of nothing but such fields and empty records.
template <class IsIgnored>
bool is_empty_but_for(const type &type, IsIgnored is_ignored, answers<bool> &known) {
    if (type.kind() == type_kind::array)
        return type.count().value_or(0) == 0 || is_empty_but_for(type.element(), is_ignored, known);
    return type.is_record() && known(type, [&] {
               return std::ranges::all_of(type.fields(), [&](const field &each) {
                   return is_ignored(each) || is_empty_but_for(each.type, is_ignored, known);
               });
           });
}

bool is_unnamed_bit_field(const field &field) { return field.bits && field.name.empty(); }

} // namespace

const type &sole_element(known_model &model, const type &type) {
    const cbf::type *only = nullptr;
    if (type.kind() == type_kind::array && type.count() == 1U)
        only = &type.element();
    for (const field &member : type.fields()) {
        const bool is_nothing = is_unnamed_bit_field(member) || (!member.bits && size_of(model, member.type) == 0);
        if (!member.type.is_complete() || is_nothing)
            continue;
        if (only != nullptr || member.bits)
            return type;
        only = &member.type;
    }
    return only != nullptr && size_of(model, *only) == size_of(model, type) ? sole_element(model, *only) : type;
}

namespace {

bool ends_in_flexible_array(const type &type) {
    return has_flexible_array(type) || (!type.fields().empty() && ends_in_flexible_array(type.fields().back().type));
}

// So many values of one type; none if it is null.
struct like_elements {
    const type *first = nullptr;
    std::size_t count = 0;
};

// Collects the elements of a homogeneous aggregate.
class element_counter {
  public:
    element_counter(known_model &model, std::size_t most, bool skips_ends_of_units)
        : model_(model), most_(most), skips_ends_of_units_(skips_ends_of_units) {}

    // The elements of a type that has nothing else, nor more than the most.
    std::optional<like_elements> elements_of(const type &type) {
        switch (type.kind()) {
        case type_kind::structure:
        case type_kind::union_:
            return known_(type, [&] { return of_record(type); });
        case type_kind::array:
            return of_array(type);
        case type_kind::complex:
            return times(elements_of(type.element()), 2);
        case type_kind::float_:
        case type_kind::double_:
        case type_kind::long_double:
        case type_kind::vector:
            return like_elements{&type, 1};
        default:
            return std::nullopt;
        }
    }

  private:
    // What clang's isHomogeneousAggregate passes over: an empty record, or an array of such.
    bool is_overlooked(const type &type) {
        if (type.kind() == type_kind::array)
            return type.count().value_or(0) != 0 && is_overlooked(type.element());
        return type.is_record() && !ends_in_flexible_array(type) &&
               is_empty_but_for(type, is_unnamed_bit_field, empty_);
    }

    std::optional<like_elements> of_array(const type &type) {
        if (type.count().value_or(0) == 0)
            return std::nullopt;
        return times(elements_of(type.element()), *type.count());
    }

    std::optional<like_elements> times(std::optional<like_elements> each, std::size_t count) const {
        if (!each || each->first == nullptr)
            return each;
        if (count > most_ || each->count * count > most_)
            return std::nullopt;
        return like_elements{each->first, each->count * count};
    }

    std::optional<like_elements> of_record(const type &type) {
        if (is_overlooked(type))
            return like_elements{};
        if (ends_in_flexible_array(type))
            return std::nullopt;
        like_elements all;
        for (const field &member : type.fields()) {
            if (skips_ends_of_units_ && member.bits == 0U)
                continue;
            const std::optional<like_elements> added = member.bits ? std::nullopt : elements_of(member.type);
            if (!added || (added->first != nullptr && all.first != nullptr && !is_alike(*all.first, *added->first)))
                return std::nullopt;
            if (all.first == nullptr)
                all.first = added->first;
            all.count = type.kind() == type_kind::union_ ? std::max(all.count, added->count) : all.count + added->count;
            if (all.count > most_)
                return std::nullopt;
        }
        if (all.first == nullptr || all.count * size_of(model_, *all.first) != size_of(model_, type))
            return std::nullopt;
        return all;
    }

    // Vectors of one size are alike, whatever they are made of.
    bool is_alike(const type &left, const type &right) const {
        return (left.kind() == type_kind::vector) == (right.kind() == type_kind::vector) &&
               size_of(model_, left) == size_of(model_, right);
    }

    known_model &model_;
    std::size_t most_;
    bool skips_ends_of_units_; // bit-fields of width 0
    answers<std::optional<like_elements>> known_;
    answers<bool> empty_;
};

} // namespace

std::optional<homogeneous_aggregate> homogeneous_of(known_model &model, const type &type, std::size_t most,
                                                    bool skips_ends_of_units) {
    const std::optional<like_elements> found = element_counter(model, most, skips_ends_of_units).elements_of(type);
    if (!found || found->first == nullptr)
        return std::nullopt;
    return homogeneous_aggregate{size_of(model, *found->first), found->count};
}

bool has_flexible_array(const type &type) { return !type.fields().empty() && !type.fields().back().type.is_complete(); }

bool is_empty(const type &type) {
    answers<bool> known;
    return is_empty_but_for(
        type, [](const field &) { return false; }, known);
}

bool is_padding(const type &type) {
    answers<bool> known;
    return is_empty_but_for(type, is_unnamed_bit_field, known);
}

std::string argument_name(std::size_t index) { return "argument " + std::to_string(index + 1); }

void extend(value_layout &value, std::size_t to) {
    const extension kind = extension_of(value.type);
    if (kind == extension::none || value.by_pointer)
        return;
    for (piece &extended : value.pieces) {
        extended.extends = kind;
        extended.extended = to;
    }
}

} // namespace cbf::abi
