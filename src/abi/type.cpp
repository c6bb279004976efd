#include <cbframe/type.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace cbframe {

struct type::node {
    std::string name = {};
    std::optional<type> element = {};
    std::optional<std::size_t> count = {};
    bool is_complete = true;
    std::vector<field> fields = {};
    record_attributes attributes = {};
    std::optional<signature> called = {};
};

namespace {

constexpr std::size_t largest_alignment = std::size_t{1} << 28; // gcc's limit
constexpr std::size_t largest_pack = 16;

// Bits that an integer type has at most in any data model, and the bytes it has in every one; 0: they differ.
struct integer_width {
    unsigned bits;
    unsigned bytes;
};

constexpr integer_width integer_widths[] = {
    {1, 1},  {8, 1},  {8, 1},  {8, 1},  {16, 2}, {16, 2},   {32, 4},
    {32, 4}, {64, 0}, {64, 0}, {64, 8}, {64, 8}, {128, 16}, {128, 16},
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

std::size_t vector_element_size(const type &element) {
    if (element.kind() == type_kind::float_)
        return 4;
    if (element.kind() == type_kind::double_)
        return 8;
    return element.is_integer() && element.kind() != type_kind::bool_ ? width_of(element).bytes : 0;
}

const type &integer_of(const type &declared) {
    return declared.kind() == type_kind::enumeration ? declared.element() : declared;
}

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
    if (checked.name.empty() && !checked.type.is_record())
        refuse("a field of type " + to_string(checked.type) + " has no name");
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

type::type(type_kind kind) : kind_(kind) {
    if (kind > type_kind::long_double)
        refuse("this kind of type needs a builder: type::pointer, type::structure, …");
}

type::type(type_kind kind, std::shared_ptr<const node> shape) noexcept : kind_(kind), node_(std::move(shape)) {}

type type::pointer(const type &target) {
    return {type_kind::pointer, std::make_shared<const node>(node{.element = target})};
}

type type::complex(const type &element) {
    if (!element.is_floating())
        refuse("_Complex is made of float, double or long double, not of " + to_string(element));
    return {type_kind::complex, std::make_shared<const node>(node{.element = element})};
}

type type::enumeration(std::string_view name, const type &underlying) {
    if (!underlying.is_integer())
        refuse("an enum cannot be laid out as " + to_string(underlying));
    return {type_kind::enumeration,
            std::make_shared<const node>(node{.name = std::string(name), .element = underlying})};
}

type type::array(const type &element, std::size_t count) {
    require_complete_element(element);
    return {type_kind::array, std::make_shared<const node>(node{.element = element, .count = count})};
}

type type::flexible_array(const type &element) {
    require_complete_element(element);
    return {type_kind::array, std::make_shared<const node>(node{.element = element, .is_complete = false})};
}

type type::vector(const type &element, std::size_t count) {
    const std::size_t each = vector_element_size(element);
    if (each == 0)
        refuse("a vector cannot be made of " + to_string(element));
    constexpr std::size_t smallest = 8;
    constexpr std::size_t largest = 64;
    if (count > largest || !std::has_single_bit(count) || each * count < smallest || each * count > largest)
        refuse("a vector has 8, 16, 32 or 64 bytes");
    return {type_kind::vector, std::make_shared<const node>(node{.element = element, .count = count})};
}

type type::record(type_kind kind, std::string_view name, std::vector<field> fields,
                  const record_attributes &attributes) {
    check_attributes(attributes);
    for (const field &checked : fields)
        check_field(checked, kind == type_kind::structure && fields.size() > 1 && &checked == &fields.back());
    return {kind, std::make_shared<const node>(
                      node{.name = std::string(name), .fields = std::move(fields), .attributes = attributes})};
}

type type::structure(std::string_view name, std::vector<field> fields, const record_attributes &attributes) {
    return record(type_kind::structure, name, std::move(fields), attributes);
}

type type::union_(std::string_view name, std::vector<field> fields, const record_attributes &attributes) {
    return record(type_kind::union_, name, std::move(fields), attributes);
}

type type::incomplete_record(type_kind kind, std::string_view name) {
    return {kind, std::make_shared<const node>(node{.name = std::string(name), .is_complete = false})};
}

type type::incomplete_structure(std::string_view name) { return incomplete_record(type_kind::structure, name); }

type type::incomplete_union(std::string_view name) { return incomplete_record(type_kind::union_, name); }

type type::function(const signature &called) {
    return {type_kind::function, std::make_shared<const node>(node{.is_complete = false, .called = called})};
}

std::string_view type::name() const noexcept { return node_ ? std::string_view(node_->name) : std::string_view(); }

const type &type::element() const {
    if (!node_ || !node_->element)
        throw std::logic_error("cbframe: " + to_string(*this) + " has no element type");
    return *node_->element;
}

std::optional<std::size_t> type::count() const noexcept { return node_ ? node_->count : std::nullopt; }

std::span<const field> type::fields() const noexcept {
    return node_ ? std::span<const field>(node_->fields) : std::span<const field>();
}

const record_attributes &type::attributes() const noexcept {
    static constexpr record_attributes none;
    return node_ ? node_->attributes : none;
}

const signature &type::called() const {
    if (!node_ || !node_->called)
        throw std::logic_error("cbframe: " + to_string(*this) + " is no function");
    return *node_->called;
}

bool type::is_complete() const noexcept { return kind_ != type_kind::void_ && (!node_ || node_->is_complete); }

bool operator==(const type &left, const type &right) {
    if (left.kind_ != right.kind_)
        return false;
    if (left.node_ == right.node_)
        return true;
    if (!left.node_ || !right.node_) // one was moved from
        return false;
    const type::node &a = *left.node_;
    const type::node &b = *right.node_;
    return a.name == b.name && a.element == b.element && a.count == b.count && a.is_complete == b.is_complete &&
           a.fields == b.fields && a.attributes == b.attributes && a.called == b.called;
}

namespace {

constexpr std::string_view scalar_names[] = {
    "void",
    "_Bool",
    "char",
    "signed char",
    "unsigned char",
    "short",
    "unsigned short",
    "int",
    "unsigned int",
    "long",
    "unsigned long",
    "long long",
    "unsigned long long",
    "__int128",
    "unsigned __int128",
    "float",
    "double",
    "long double",
};

std::string tagged(std::string_view keyword, std::string_view name) {
    return std::string(keyword).append(name.empty() ? std::string_view(" {…}") : std::string(" ").append(name));
}

std::string parameter_list(const signature &spelled) {
    std::string text;
    for (const type &parameter : spelled.parameters)
        text.append(text.empty() ? "" : ", ").append(to_string(parameter));
    if (spelled.variadic)
        text.append(text.empty() ? "..." : ", ...");
    return '(' + (text.empty() ? "void" : text) + ')';
}

// C writes a declarator around a name: before it, what the type begins with; after it, the rest.
std::string declare(const type &declared, const std::string &declarator);

std::string declare_pointer(const type &target, const std::string &declarator) {
    const bool binds_tighter = target.kind() == type_kind::array || target.kind() == type_kind::function;
    return declare(target, binds_tighter ? "(*" + declarator + ')' : '*' + declarator);
}

std::string declare_base(const std::string &base, const std::string &declarator) {
    return declarator.empty() ? base : base + ' ' + declarator;
}

std::string declare(const type &declared, const std::string &declarator) {
    switch (declared.kind()) {
    case type_kind::pointer:
        return declare_pointer(declared.element(), declarator);
    case type_kind::array:
        return declare(declared.element(),
                       declarator + '[' + (declared.count() ? std::to_string(*declared.count()) : "") + ']');
    case type_kind::function:
        return declare(declared.called().result, declarator + parameter_list(declared.called()));
    case type_kind::complex:
        return declare_base("_Complex " + to_string(declared.element()), declarator);
    case type_kind::enumeration:
        return declare_base(tagged("enum", declared.name()), declarator);
    case type_kind::structure:
        return declare_base(tagged("struct", declared.name()), declarator);
    case type_kind::union_:
        return declare_base(tagged("union", declared.name()), declarator);
    case type_kind::vector:
        return declare_base(to_string(declared.element()) + " __attribute__((vector_size(" +
                                std::to_string(*declared.count() * vector_element_size(declared.element())) + ")))",
                            declarator);
    default:
        return declare_base(std::string(scalar_names[static_cast<int>(declared.kind())]), declarator);
    }
}

} // namespace

std::string to_string(const type &spelled, std::string_view declarator) {
    return declare(spelled, std::string(declarator));
}

std::string to_string(const signature &spelled) { return to_string(spelled.result) + ' ' + parameter_list(spelled); }

} // namespace cbframe
