#include "abi/type.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace cbf {

struct type::parts {
    std::string name = {};
    std::optional<type> element = {};
    std::optional<std::size_t> count = {};
    bool is_complete = true;
    std::vector<field> fields = {};
    record_attributes attributes = {};
    std::optional<cbf::signature> signature = {};
    std::size_t depth = 0;

    void measure_depth();
};

struct type::node : cbf_type {
    node(type_kind of, parts &&its) : cbf_type{of}, made_of(std::move(its)) {}
    parts made_of;
};

constinit const cbf_type type::scalars[] = {
    {type_kind::void_},
    {type_kind::bool_},
    {type_kind::char_},
    {type_kind::signed_char},
    {type_kind::unsigned_char},
    {type_kind::short_},
    {type_kind::unsigned_short},
    {type_kind::int_},
    {type_kind::unsigned_int},
    {type_kind::long_},
    {type_kind::unsigned_long},
    {type_kind::long_long},
    {type_kind::unsigned_long_long},
    {type_kind::int128},
    {type_kind::unsigned_int128},
    {type_kind::float_},
    {type_kind::double_},
    {type_kind::long_double},
};

namespace {

constexpr std::size_t largest_alignment = std::size_t{1} << 28; // gcc's limit
constexpr std::size_t largest_pack = 16;

// Bits that an integer type has at most in any data model, and the bytes it has at least and at most.
struct integer_width {
    unsigned bits;
    unsigned least;
    unsigned most;
};

constexpr integer_width integer_widths[] = {
    {1, 1, 1},  {8, 1, 1},  {8, 1, 1},  {8, 1, 1},  {16, 2, 2}, {16, 2, 2},    {32, 4, 4},
    {32, 4, 4}, {64, 4, 8}, {64, 4, 8}, {64, 8, 8}, {64, 8, 8}, {128, 16, 16}, {128, 16, 16},
};

integer_width width_of(const type &integer) {
    return integer_widths[static_cast<int>(integer.kind()) - static_cast<int>(type_kind::bool_)];
}

[[noreturn]] void refuse(const std::string &why) { throw std::invalid_argument("cbframe: " + why); }

void require_complete_element(const type &element) {
    if (!element.is_complete())
        refuse("an array of " + to_string(element) + " has no size");
}

bool is_power_of_two_up_to(std::size_t value, std::size_t limit) {
    return std::has_single_bit(value) && value <= limit;
}

// The bytes of an element at least and at most; none: a vector cannot be made of such.
integer_width vector_element_width(const type &element) {
    if (element.kind() == type_kind::float_)
        return width_of(type_kind::int_);
    if (element.kind() == type_kind::double_)
        return width_of(type_kind::long_long);
    return element.is_integer() && element.kind() != type_kind::bool_ ? width_of(element) : integer_width{};
}

bool is_complex_element(const type &element) {
    const type_kind kind = element.kind();
    return element.is_floating() || (element.is_integer() && kind != type_kind::bool_ && kind < type_kind::int128);
}

const type &integer_of(const type &type) { return type.kind() == type_kind::enumeration ? type.element() : type; }

void check_bit_field(const field &checked) {
    const type &integer = integer_of(checked.type);
    if (!integer.is_integer())
        refuse("bit-field '" + checked.name + "' is of type " + to_string(checked.type) + ", which is no integer");
    if (*checked.bits > width_of(integer).bits)
        refuse("bit-field '" + checked.name + "' is wider than " + to_string(checked.type));
    if (*checked.bits == 0 && !checked.name.empty())
        refuse("bit-field '" + checked.name + "' has width 0, so it cannot have a name");
}

bool is_flexible(const type &checked) { return checked.kind() == type_kind::array && !checked.count(); }

void check_field(const field &checked, bool may_be_flexible) {
    if (checked.alignment != 0 && !is_power_of_two_up_to(checked.alignment, largest_alignment))
        refuse("field '" + checked.name + "' has an alignment that is no power of two up to 2^28");
    if (checked.bits)
        return check_bit_field(checked);
    if (!checked.type.is_complete() && !(may_be_flexible && is_flexible(checked.type)))
        refuse("field '" + checked.name + "' is of type " + to_string(checked.type) + ", which has no size here");
}

void check_attributes(const record_attributes &attributes) {
    if (attributes.alignment != 0 && !is_power_of_two_up_to(attributes.alignment, largest_alignment))
        refuse("the alignment of a record is no power of two up to 2^28");
    if (attributes.pack != 0 && !is_power_of_two_up_to(attributes.pack, largest_pack))
        refuse("#pragma pack takes 1, 2, 4, 8 or 16");
}

} // namespace

type::type(type_kind kind) : handle_(scalars) {
    if (kind > type_kind::long_double)
        refuse("this kind of type needs a builder: type::pointer, type::structure, …");
    handle_ += static_cast<std::size_t>(kind);
}

// Where it is inlined, gcc 14 warns that scalars are deleted, which release() spares.
__attribute__((noinline)) void type::destroy(const cbf_type *unused) noexcept {
    delete static_cast<const node *>(unused);
}

const type::parts *type::shape() const noexcept {
    return is_scalar() ? nullptr : &static_cast<const node *>(handle_)->made_of;
}

void type::parts::measure_depth() {
    const auto add = [&](const type &part) { depth = std::max(depth, part.depth() + 1); };
    if (element)
        add(*element);
    for (const field &each : fields)
        add(each.type);
    if (signature) {
        add(signature->result);
        std::ranges::for_each(signature->parameters, add);
    }
    if (depth > deepest_type)
        refuse("types nest more than " + std::to_string(deepest_type) + " deep here");
}

type::type(type_kind kind, parts &&made_of) {
    made_of.measure_depth();
    handle_ = new node(kind, std::move(made_of));
}

type type::pointer(const type &target) { return {type_kind::pointer, parts{.element = target}}; }

type type::complex(const type &element) {
    if (!is_complex_element(element))
        refuse("_Complex cannot be made of " + to_string(element));
    return {type_kind::complex, parts{.element = element}};
}

type type::enumeration(std::string_view name, const type &underlying) {
    if (!underlying.is_integer())
        refuse("an enum cannot be laid out as " + to_string(underlying));
    return {type_kind::enumeration, parts{.name = std::string(name), .element = underlying}};
}

type type::array(const type &element, std::size_t count) {
    require_complete_element(element);
    return {type_kind::array, parts{.element = element, .count = count}};
}

type type::flexible_array(const type &element) {
    require_complete_element(element);
    return {type_kind::array, parts{.element = element, .is_complete = false}};
}

type type::vector(const type &element, std::size_t count) {
    const integer_width each = vector_element_width(element);
    if (each.bits == 0)
        refuse("a vector cannot be made of " + to_string(element));
    if (count > largest_vector || !(is_vector_size(each.least * count) || is_vector_size(each.most * count)))
        refuse("a vector has 8, 16, 32 or 64 bytes");
    return {type_kind::vector, parts{.element = element, .count = count}};
}

type type::record(type_kind kind, std::string_view name, std::vector<field> fields,
                  const record_attributes &attributes) {
    check_attributes(attributes);
    for (const field &checked : fields)
        check_field(checked, kind == type_kind::structure && fields.size() > 1 && &checked == &fields.back());
    return {kind, parts{.name = std::string(name), .fields = std::move(fields), .attributes = attributes}};
}

type type::structure(std::string_view name, std::vector<field> fields, const record_attributes &attributes) {
    return record(type_kind::structure, name, std::move(fields), attributes);
}

type type::union_(std::string_view name, std::vector<field> fields, const record_attributes &attributes) {
    return record(type_kind::union_, name, std::move(fields), attributes);
}

type type::incomplete_record(type_kind kind, std::string_view name) {
    return {kind, parts{.name = std::string(name), .is_complete = false}};
}

type type::incomplete_structure(std::string_view name) { return incomplete_record(type_kind::structure, name); }

type type::incomplete_union(std::string_view name) { return incomplete_record(type_kind::union_, name); }

type type::function(const cbf::signature &signature) {
    return {type_kind::function, parts{.is_complete = false, .signature = signature}};
}

const char *type::name() const noexcept { return shape() != nullptr ? shape()->name.c_str() : ""; }

const type *type::element_if_any() const noexcept {
    return shape() != nullptr && shape()->element ? &*shape()->element : nullptr;
}

const type &type::element() const {
    if (const type *const found = element_if_any())
        return *found;
    throw std::logic_error("cbframe: " + to_string(*this) + " has no element type");
}

std::optional<std::size_t> type::count() const noexcept { return shape() != nullptr ? shape()->count : std::nullopt; }

std::span<const field> type::fields() const noexcept {
    return shape() != nullptr ? std::span<const field>(shape()->fields) : std::span<const field>();
}

const record_attributes &type::attributes() const noexcept {
    static constexpr record_attributes none;
    return shape() != nullptr ? shape()->attributes : none;
}

const signature *type::called_if_any() const noexcept {
    return shape() != nullptr && shape()->signature ? &*shape()->signature : nullptr;
}

const signature &type::called() const {
    if (const signature *const found = called_if_any())
        return *found;
    throw std::logic_error("cbframe: " + to_string(*this) + " is no function");
}

std::size_t type::depth() const noexcept { return shape() != nullptr ? shape()->depth : 0; }

bool type::is_complete() const noexcept {
    return kind() != type_kind::void_ && (shape() == nullptr || shape()->is_complete);
}

// What was found equal is one from then on, so that each pair of distinct shapes is compared once.
class type::comparison {
  public:
    bool are_equal(const type &left, const type &right) {
        if (left.kind() != right.kind())
            return false;
        const parts *const a = representative(left.shape());
        const parts *const b = representative(right.shape());
        if (a == b)
            return true;
        if (!are_equal(*a, *b))
            return false;
        represented_by_.emplace(a, b);
        return true;
    }

  private:
    bool are_equal(const parts &a, const parts &b) {
        return a.depth == b.depth && a.name == b.name && a.count == b.count && a.is_complete == b.is_complete &&
               a.attributes == b.attributes && are_equal(a.element, b.element) &&
               std::ranges::equal(a.fields, b.fields,
                                  [&](const field &x, const field &y) { return are_equal(x, y); }) &&
               are_equal(a.signature, b.signature);
    }

    bool are_equal(const field &left, const field &right) {
        return left.name == right.name && left.bits == right.bits && left.alignment == right.alignment &&
               left.packed == right.packed && are_equal(left.type, right.type);
    }

    bool are_equal(const signature &left, const signature &right) {
        return left.variadic == right.variadic && are_equal(left.result, right.result) &&
               std::ranges::equal(left.parameters, right.parameters,
                                  [&](const type &x, const type &y) { return are_equal(x, y); });
    }

    template <class Part>
    bool are_equal(const std::optional<Part> &left, const std::optional<Part> &right) {
        return left && right ? are_equal(*left, *right) : left.has_value() == right.has_value();
    }

    const parts *representative(const parts *of) {
        for (auto found = represented_by_.find(of); found != represented_by_.end(); found = represented_by_.find(of)) {
            if (const auto next = represented_by_.find(found->second); next != represented_by_.end())
                found->second = next->second; // the way is half as long next time
            of = found->second;
        }
        return of;
    }

    std::unordered_map<const parts *, const parts *> represented_by_;
};

bool operator==(const type &left, const type &right) { return type::comparison().are_equal(left, right); }

} // namespace cbf
