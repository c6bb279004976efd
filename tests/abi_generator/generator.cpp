#include "generator.hpp"

#include <algorithm>
#include <functional>
#include <string>

using namespace cbframe;

namespace {

using enum type_kind;

constexpr type_kind integers[] = {bool_, char_,        signed_char, unsigned_char, short_,    unsigned_short,
                                  int_,  unsigned_int, long_,       unsigned_long, long_long, unsigned_long_long};
constexpr type_kind bit_integers[] = {bool_, unsigned_char, unsigned_short, unsigned_int, unsigned_long_long};
constexpr type_kind vector_kind = type_kind::vector; // where a member function has that name
constexpr type_kind floatings[] = {float_, double_};
constexpr type_kind vector_elements[] = {unsigned_char, short_, int_, long_, long_long, float_, double_};
constexpr type_kind complex_integers[] = {unsigned_char, short_, int_, long_, long_long};

} // namespace

type generator::integer() {
    if (target_.model->has_int128 && one_in(12))
        return one_in(2) ? int128 : unsigned_int128;
    if (one_in(10))
        return type::enumeration(std::string("e").append(std::to_string(names_++)),
                                 one_in(2) && target_.assembly == dialect::elf ? unsigned_int : int_);
    return pick(integers);
}

type generator::scalar() {
    switch (below(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
        return integer();
    case 4:
        return type::pointer();
    case 5:
        return long_double;
    case 6:
        if (one_in(4))
            return type::complex(pick(complex_integers));
        return type::complex(one_in(4) ? type(long_double) : pick(floatings));
    default:
        return pick(floatings);
    }
}

type generator::vector() {
    std::size_t size = target_.narrowest_vector;
    while (size < target_.widest_vector && !one_in(2))
        size *= 2;
    const type element = pick(vector_elements);
    const std::size_t each = abi::size_of(*target_.model, element);
    return size == each ? type::vector(int_, size / 4) : type::vector(element, size / each);
}

unsigned generator::length() {
    constexpr unsigned usual = 4;
    const unsigned most = limits_.elements > usual && one_in(30) ? limits_.elements : usual;
    return below(most) + (one_in(10) ? 0U : 1U);
}

type generator::member(unsigned depth) {
    if (depth < 2 && one_in(6))
        return record(depth + 1);
    if (one_in(6))
        return type::array(one_in(4) && depth < 2 ? record(depth + 1)
                                                  : pick(one_in(2) ? std::span<const type_kind>(integers) : floatings),
                           length());
    if (target_.widest_vector != 0 && one_in(12)) {
        // gcc -m32 aligns a record to 4 or 8 as it contains one of 8 bytes directly or not.
        const type wide = vector();
        return target_.bits == 32 && abi::size_of(*target_.model, wide) == 8 ? type(int_) : wide;
    }
    return scalar();
}

field generator::bit_field(unsigned index) {
    const type of = pick(bit_integers);
    const unsigned most = of.kind() == bool_ ? 1 : 8 * static_cast<unsigned>(abi::size_of(abi::lp64_sysv, of));
    const bool unnamed = one_in(5);
    const unsigned bits = unnamed && one_in(2) ? 0 : below(one_in(2) ? std::min(most, 8U) : most) + 1;
    return {.name = unnamed ? "" : std::string("f").append(std::to_string(index)), .type = of, .bits = bits};
}

record_attributes generator::attributes() {
    record_attributes out;
    if (!one_in(5))
        return out;
    if (one_in(2))
        out.packed = true;
    else if (one_in(2))
        out.pack = std::size_t{1} << below(4);
    if (one_in(3))
        out.alignment = std::size_t{1} << below(one_in(3) ? 7 : 5);
    return out;
}

type generator::record(unsigned depth) {
    std::vector<field> fields;
    const unsigned count = one_in(3) ? 1 : below(one_in(6) ? 8 : 4) + (one_in(20) ? 0U : 1U);
    const bool has_bits = one_in(4);
    for (unsigned i = 0; i < count; i++) {
        if (has_bits && !one_in(3)) {
            fields.push_back(bit_field(i));
            continue;
        }
        fields.push_back({.name = std::string("f").append(std::to_string(i)), .type = member(depth), .bits = {}});
        if (one_in(20))
            fields.back().alignment = std::size_t{1} << below(5);
        if (one_in(20) && fields.back().type.kind() != vector_kind)
            fields.back().packed = true;
    }
    const std::string name = std::string("s").append(std::to_string(names_++));
    const auto is_padding = [](const field &member) { return member.name.empty(); };
    if (!fields.empty() && std::ranges::all_of(fields, is_padding)) // gcc takes it for empty, though it has a size
        fields.push_back({.name = "named", .type = integer(), .bits = {}});
    if (one_in(5))
        return type::union_(name, std::move(fields), attributes());
    if (depth == 0 && fields.size() > 0 && one_in(25) && !has_bits)
        fields.push_back({.name = "tail", .type = type::flexible_array(pick(integers)), .bits = {}});
    return type::structure(name, std::move(fields), attributes());
}

type generator::homogeneous() {
    const type element = one_in(3) && target_.widest_vector != 0 ? vector() : pick(floatings);
    std::vector<field> fields;
    const unsigned count = below(5) + 1;
    for (unsigned i = 0; i < count; i++)
        fields.push_back({.name = std::string("f").append(std::to_string(i)), .type = element, .bits = {}});
    return type::structure(std::string("h").append(std::to_string(names_++)), std::move(fields));
}

type generator::value() {
    if (one_in(10))
        return homogeneous();
    if (one_in(3))
        return record(0);
    if (target_.widest_vector != 0 && one_in(8))
        return vector();
    return scalar();
}

type generator::promoted(const type &passed) {
    switch (passed.kind()) {
    case bool_:
    case char_:
    case signed_char:
    case unsigned_char:
    case short_:
    case unsigned_short:
        return int_;
    case float_:
        return double_;
    default:
        return passed;
    }
}

call_case generator::next() {
    call_case out;
    if (!one_in(6))
        out.signature.result = value();
    const unsigned count = below(one_in(3) ? limits_.parameters + 1 : 6);
    for (unsigned i = 0; i < count; i++)
        out.signature.parameters.push_back(value());
    if (target_.name.starts_with("thiscall") && !one_in(8))
        out.signature.parameters.insert(out.signature.parameters.begin(), type::pointer());
    if (target_.convention->allows_variadic && one_in(6)) {
        if (out.signature.parameters.empty())
            out.signature.parameters.push_back(value());
        out.signature.variadic = true;
        for (unsigned i = below(8); i > 0; i--)
            out.variadic.push_back(promoted(value()));
    }
    return out;
}

// ---------------------------------------------------------------- shrinking

namespace {

using candidate_sink = std::function<void(const type &)>;

void smaller_types(const type &from, const candidate_sink &sink) {
    if (!from.is_record())
        return;
    const std::vector<field> fields = from.fields();
    const auto rebuilt = [&](std::vector<field> changed, const record_attributes &attributes) {
        try {
            sink(from.kind() == structure ? type::structure(from.name(), std::move(changed), attributes)
                                          : type::union_(from.name(), std::move(changed), attributes));
        } catch (const cbframe::error &) { // a flexible array alone
        }
    };
    if (from.attributes() != record_attributes{})
        rebuilt(fields, {});
    for (std::size_t i = 0; i < fields.size(); i++) {
        std::vector<field> changed = fields;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        rebuilt(changed, from.attributes());
        changed = fields;
        changed[i].alignment = 0;
        changed[i].packed = false;
        if (changed != fields)
            rebuilt(changed, from.attributes());
        const auto with = [&](const type &replaced) {
            changed = fields;
            changed[i].type = replaced;
            rebuilt(changed, from.attributes());
        };
        smaller_types(fields[i].type, with);
        if (fields[i].type.kind() == array) {
            with(fields[i].type.element());
            smaller_types(fields[i].type.element(), [&](const type &element) {
                if (fields[i].type.count())
                    with(type::array(element, *fields[i].type.count()));
            });
        }
    }
}

} // namespace

std::vector<call_case> smaller(const call_case &failing) {
    std::vector<call_case> out;
    const auto change = [&](const std::function<void(call_case &)> &edit) {
        call_case copy = failing;
        edit(copy);
        out.push_back(std::move(copy));
    };
    const auto shrink_list = [&](auto list_of) {
        for (std::size_t i = 0; i < list_of(failing).size(); i++) {
            change([&](call_case &c) { list_of(c).erase(list_of(c).begin() + static_cast<std::ptrdiff_t>(i)); });
            smaller_types(list_of(failing)[i],
                          [&](const type &t) { change([&](call_case &c) { list_of(c)[i] = t; }); });
        }
    };
    if (failing.signature.result.kind() != void_) {
        change([](call_case &c) { c.signature.result = void_; });
        smaller_types(failing.signature.result,
                      [&](const type &t) { change([&](call_case &c) { c.signature.result = t; }); });
    }
    shrink_list([](auto &c) -> auto & { return c.signature.parameters; });
    shrink_list([](auto &c) -> auto & { return c.variadic; });
    if (failing.signature.variadic && failing.variadic.empty())
        change([](call_case &c) { c.signature.variadic = false; });
    return out;
}

// ---------------------------------------------------------------- known traps

namespace {

type record_of(std::vector<type> types, const record_attributes &attributes = {}) {
    std::vector<field> fields;
    for (const type &of : types)
        fields.push_back({.name = std::string("f").append(std::to_string(fields.size())), .type = of, .bits = {}});
    return type::structure("t", std::move(fields), attributes);
}

std::vector<type> trap_types(const target &used) {
    std::vector<type> out;
    for (int kind = static_cast<int>(bool_); kind <= static_cast<int>(long_double); kind++)
        if (used.model->has_int128 || (kind != static_cast<int>(int128) && kind != static_cast<int>(unsigned_int128)))
            out.emplace_back(static_cast<type_kind>(kind));
    for (const type_kind part : {float_, double_, long_double, unsigned_char, short_, int_, long_long})
        out.push_back(type::complex(part));
    const std::vector<type> scalars = out;
    for (const type &scalar : scalars) { // struct {float}, struct {double}, …, twice and nested
        out.push_back(record_of({scalar}));
        out.push_back(record_of({scalar, scalar}));
        out.push_back(record_of({record_of({scalar})}));
        out.push_back(record_of({type::array(scalar, 1)}));
        out.push_back(record_of({char_, scalar}, {.packed = true}));
        out.push_back(
            type::union_("t", {{.name = "a", .type = scalar, .bits = {}}, {.name = "b", .type = int_, .bits = {}}}));
        out.push_back(type::union_("t", {{.name = "a", .type = scalar, .bits = {}}}));
    }
    for (std::size_t size = 1; size <= 33; size++) // struct of 3, 5, 6, 7, 12 bytes, …
        out.push_back(record_of({type::array(char_, size)}));
    for (std::size_t count = 2; count <= 5; count++) {
        out.push_back(record_of({type::array(float_, count)}));
        out.push_back(record_of({type::array(double_, count)}));
    }
    for (const unsigned alignment : {2U, 4U, 8U, 16U, 32U, 64U})
        for (const type_kind scalar : {char_, int_, long_long, double_})
            out.push_back(record_of({scalar}, {.alignment = alignment}));
    out.push_back(record_of({float_, float_, int_}));
    out.push_back(record_of({int_, float_, double_}));
    out.push_back(record_of({long_long, double_}));
    out.push_back(record_of({double_, long_long}));
    out.push_back(record_of({}));
    out.push_back(record_of({int_, type::flexible_array(int_)}));
    out.push_back(record_of({record_of({}), int_}));
    for (std::size_t size = used.narrowest_vector; size <= used.widest_vector; size *= 2) {
        const type wide = type::vector(float_, size / 4);
        out.insert(out.end(), {wide, type::vector(unsigned_char, size), record_of({wide}), record_of({wide, wide}),
                               record_of({type::array(wide, 1)}), record_of({float_, wide})});
    }
    return out;
}

} // namespace

std::vector<call_case> known_traps(const target &used) {
    std::vector<call_case> out;
    for (const type &trap : trap_types(used)) {
        out.push_back({{.result = trap,
                        .parameters = {int_, trap, int_, trap, double_, trap, trap, trap, trap, trap, int_, double_}},
                       {}});
        for (const unsigned before : {1U, 3U, 5U}) { // two registers left, one left, none
            call_case general{{.result = void_, .parameters = std::vector<type>(before, long_)}, {}};
            general.signature.parameters.insert(general.signature.parameters.end(), {trap, long_, double_, trap, int_});
            out.push_back(general);
        }
        for (const unsigned before : {3U, 7U}) {
            call_case vector{{.result = void_, .parameters = std::vector<type>(before, double_)}, {}};
            vector.signature.parameters.insert(vector.signature.parameters.end(), {trap, double_, int_, trap, float_});
            out.push_back(vector);
        }
        const bool is_promoted = trap.kind() == float_ || (trap.is_integer() && trap.kind() < int_);
        if (used.convention->allows_variadic && !is_promoted)
            out.push_back({{.result = trap, .parameters = {int_, trap}, .variadic = true},
                           {int_, trap, double_, trap, trap, trap, int_}});
    }
    if (needs_this(used))
        for (call_case &each : out)
            each.signature.parameters.insert(each.signature.parameters.begin(), type::pointer());
    return out;
}
