#include "abi/value.hpp"

#include <algorithm>
#include <stdexcept>

namespace cbframe::abi {
namespace {

[[noreturn]] void refuse(const std::string &called, const type &passed, const std::string &why) {
    throw std::invalid_argument("cbframe: " + called + " is of type " + to_string(passed) + ": " + why);
}

// Why a type has no value that a call can carry, or nothing.
std::string_view why_not_passed(const type &passed) {
    switch (passed.kind()) {
    case type_kind::void_:
        return "void has no value";
    case type_kind::function:
        return "a function is passed as a pointer to it";
    case type_kind::array:
        return "an array is passed as a pointer to its first element";
    default:
        return passed.is_complete() ? "" : "it is incomplete";
    }
}

} // namespace

extension extension_of(const type &asked) {
    switch (laid_out_as(asked).kind()) {
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

value_layout measure(const data_model &model, const type &passed, const std::string &called) {
    if (const std::string_view why = why_not_passed(passed); !why.empty())
        refuse(called, passed, std::string(why));
    constexpr std::size_t too_large = std::size_t{1} << 30;
    value_layout value{.type = passed, .size = size_of(model, passed), .alignment = alignment_of(model, passed)};
    if (value.size >= too_large)
        refuse(called, passed, "no call carries 2^30 bytes or more");
    return value;
}

value_layout measure_result(const data_model &model, const type &returned) {
    if (returned.kind() == type_kind::void_)
        return {.type = returned};
    return measure(model, returned, "the result");
}

namespace {

// Whether it is a record of nothing but such fields and empty records.
template <class IsIgnored>
bool is_empty_but_for(const type &asked, IsIgnored is_ignored) {
    if (asked.kind() == type_kind::array)
        return asked.count().value_or(0) == 0 || is_empty_but_for(asked.element(), is_ignored);
    return asked.is_record() && std::ranges::all_of(asked.fields(), [&](const field &each) {
               return is_ignored(each) || is_empty_but_for(each.type, is_ignored);
           });
}

bool is_unnamed_bit_field(const field &asked) { return asked.bits && asked.name.empty(); }

} // namespace

const type &sole_element(const data_model &model, const type &asked) {
    const type *only = nullptr;
    if (asked.kind() == type_kind::array && asked.count() == 1U)
        only = &asked.element();
    for (const field &member : asked.fields()) {
        const bool is_nothing = is_unnamed_bit_field(member) || (!member.bits && size_of(model, member.type) == 0);
        if (!member.type.is_complete() || is_nothing)
            continue;
        if (only != nullptr || member.bits)
            return asked;
        only = &member.type;
    }
    return only != nullptr && size_of(model, *only) == size_of(model, asked) ? sole_element(model, *only) : asked;
}

namespace {

bool ends_in_flexible_array(const type &asked) {
    return has_flexible_array(asked) || (!asked.fields().empty() && ends_in_flexible_array(asked.fields().back().type));
}

// What clang's isHomogeneousAggregate passes over: an empty record, or an array of such.
bool is_overlooked(const type &asked) {
    if (asked.kind() == type_kind::array)
        return asked.count().value_or(0) != 0 && is_overlooked(asked.element());
    return asked.is_record() && !ends_in_flexible_array(asked) && is_empty_but_for(asked, is_unnamed_bit_field);
}

// Collects the elements of a homogeneous aggregate.
class element_counter {
  public:
    explicit element_counter(const data_model &model) : model_(model) {}

    // Whether all are alike so far; most: no need to count further.
    bool add(const type &added, std::size_t most) {
        switch (added.kind()) {
        case type_kind::structure:
        case type_kind::union_:
            return is_overlooked(added) || (!ends_in_flexible_array(added) && add_record(added, most));
        case type_kind::array:
            return added.count().value_or(0) != 0 &&
                   (is_overlooked(added) || add_many(added.element(), *added.count(), most));
        case type_kind::complex:
            return add_many(added.element(), 2, most);
        case type_kind::float_:
        case type_kind::double_:
        case type_kind::long_double:
        case type_kind::vector:
            return add_element(added, most);
        default:
            return false;
        }
    }

    const type *element() const { return element_; }
    std::size_t count() const { return count_; }

  private:
    bool add_element(const type &added, std::size_t most) {
        if (element_ != nullptr && !is_alike(*element_, added))
            return false;
        element_ = &added;
        return ++count_ <= most;
    }

    // Vectors of one size are alike, whatever they are made of.
    bool is_alike(const type &left, const type &right) const {
        return (left.kind() == type_kind::vector) == (right.kind() == type_kind::vector) &&
               size_of(model_, left) == size_of(model_, right);
    }

    bool add_many(const type &added, std::size_t count, std::size_t most) {
        if (count > most)
            return false;
        for (std::size_t i = 0; i < count; i++)
            if (!add(added, most))
                return false;
        return true;
    }

    bool add_record(const type &added, std::size_t most) {
        const std::size_t before = count_;
        std::size_t largest = 0;
        for (const field &member : added.fields()) {
            if (added.kind() == type_kind::union_)
                count_ = before;
            if (member.bits || !add(member.type, most))
                return false;
            largest = std::max(largest, count_);
        }
        count_ = std::max(largest, before);
        return element_ != nullptr && (count_ - before) * size_of(model_, *element_) == size_of(model_, added);
    }

    const data_model &model_;
    const type *element_ = nullptr;
    std::size_t count_ = 0;
};

} // namespace

std::optional<homogeneous_aggregate> homogeneous_of(const data_model &model, const type &asked, std::size_t most) {
    element_counter counter(model);
    if (!counter.add(asked, most) || counter.element() == nullptr)
        return std::nullopt;
    return homogeneous_aggregate{size_of(model, *counter.element()), counter.count()};
}

bool has_flexible_array(const type &asked) {
    return !asked.fields().empty() && !asked.fields().back().type.is_complete();
}

bool is_empty(const type &asked) {
    return is_empty_but_for(asked, [](const field &) { return false; });
}

std::string argument_name(std::size_t index) { return "argument " + std::to_string(index + 1); }

void extend(value_layout &value, std::size_t to) {
    const extension how = extension_of(value.type);
    if (how == extension::none || value.by_pointer)
        return;
    for (piece &extended : value.pieces) {
        extended.extends = how;
        extended.extended = to;
    }
}

} // namespace cbframe::abi
