// Callbacks: the signature is a C++ type. Both sides of the calls are C++ here, so that they agree on what is empty.
#include "batch.hpp"
#include "callers.hpp"
#include "native.hpp"
#include "run_object.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <algorithm>
#include <cstring>

using namespace cbframe;

namespace {

// ---------------------------------------------------------------- source

/// What a callback does: keeps its arguments, returns what it is told to. The generated source has the same.
struct recorder {
    unsigned char **got;
    const unsigned char *give;
    unsigned calls;
};

constexpr std::string_view prelude = R"(#include <cbframe/callback.hpp>
#include <cstring>
#define _Bool bool
#define NATIVE
struct recorder {
    unsigned char **got;
    const unsigned char *give;
    unsigned calls;
};
struct told_result {
    const unsigned char *give;
    template <class R>
    operator R() const {
        R result;
        std::memcpy(&result, give, sizeof result);
        return result;
    }
};
struct recording { // one for all calls, which makes a third of what there is to compile
    recorder *to;
    template <class... Args>
    told_result operator()(Args... args) const {
        unsigned char **got = to->got;
        (std::memcpy(*got++, &args, sizeof args), ...);
        to->calls++;
        return {to->give};
    }
};
)";

bool is_plain(const field &member) {
    const bool is_empty_array = member.type.kind() == type_kind::array && member.type.count() == 0U;
    return !member.bits && member.alignment == 0 && !member.packed && !is_empty_array;
}

/// Types as C++ that describes them to cbframe.
class descriptions {
  public:
    explicit descriptions(const definitions &types) : types_(types) {}

    std::string text() const {
        std::string out;
        for (const auto &[name, record] : types_.records)
            out += "template <> struct cbframe::describe<" + name + "> " + body(name, record) + ";\n";
        return out;
    }

  private:
    std::string body(const std::string &name, const type &record) const {
        const bool is_structure = record.kind() == type_kind::structure;
        if (record.attributes() != record_attributes{} || !std::ranges::all_of(record.fields(), is_plain))
            return "{ static type get() { return " + expression(record, is_structure) + "; } }";
        std::string members;
        for (const field &member : record.fields())
            members.append(members.empty() ? "&" : ", &").append(name).append("::").append(member.name.c_str());
        return std::string(is_structure ? ": fields<" : ": union_fields<") + members + "> {}";
    }

    std::string expression(const type &record, bool is_structure) const {
        std::string out = is_structure ? "type::structure(\"\", {" : "type::union_(\"\", {";
        for (const field &member : record.fields()) {
            out += "{.name = \"" + std::string(member.name) + "\", .type = " + expression(member.type) + ", .bits = {";
            out += (member.bits ? std::to_string(*member.bits) + "U" : "") + "}";
            out += ", .alignment = " + std::to_string(member.alignment);
            out += std::string(", .packed = ") + (member.packed ? "true" : "false") + "}, ";
        }
        const record_attributes &attributes = record.attributes();
        return out + "}, {.alignment = " + std::to_string(attributes.alignment) +
               ", .pack = " + std::to_string(attributes.pack) +
               ", .packed = " + (attributes.packed ? "true" : "false") + "})";
    }

    std::string expression(const type &of) const {
        switch (of.kind()) {
        case type_kind::pointer:
            return "type::pointer()";
        case type_kind::complex:
            return "type::complex(" + expression(of.element()) + ")";
        case type_kind::enumeration:
            return "type::enumeration(\"\", " + expression(of.element()) + ")";
        case type_kind::array:
            return "type::array(" + expression(of.element()) + ", " + std::to_string(*of.count()) + ")";
        case type_kind::vector:
            return "type::vector(" + expression(of.element()) + ", " + std::to_string(*of.count()) + ")";
        case type_kind::structure:
        case type_kind::union_:
            return "type_of<" + name_of(of) + ">()";
        default:
            return "type_kind(" + std::to_string(static_cast<int>(of.kind())) + ")";
        }
    }

    std::string name_of(const type &record) const {
        const auto found = std::ranges::find(types_.records, record, [](const auto &each) { return each.second; });
        return found->first;
    }

    const definitions &types_;
};

std::string maker(const target &used, const spelled_call &call, const std::string &index) {
    std::string types;
    for (const std::string &type : call.parameters)
        types.append(types.empty() ? "" : ", ").append(type);
    const std::string function = call.result + ' ' + std::string(used.attribute) + " (" + types + ')';
    return "static void *make" + index + "(recorder *to) {\n    return (new cbframe::callback<" + function +
           ">(recording{to}))->address();\n}\n";
}

// Equal types of all calls are one: it is to each type that compilers give most of their time.
std::string source_of(const target &used, const std::vector<call_case> &calls) {
    definitions types(used, "t");
    std::string functions;
    std::string table = "static void *const table[] = {\n";
    for (std::size_t i = 0; i < calls.size(); i++) {
        const std::string index = std::to_string(i);
        const spelled_call call = spell_by_name(types, calls[i], "t" + index + '_');
        functions += caller_in_c(used, call, index) + maker(used, call, index);
        table += "    (void *)caller" + index + ", (void *)make" + index + ",\n";
    }
    std::string text(prelude);
    text.append(caller_prelude).append(types.text).append(descriptions(types).text()).append(functions);
    return text + table + "};\nextern \"C\" const void *lookup(unsigned index) { return table[index]; }\n";
}

// ---------------------------------------------------------------- calls

using made = void *(*)(recorder *to);

std::string check_call(const batch &ran, const loaded_object &object, std::size_t index) {
    constexpr unsigned rounds = 2;
    recorder to{};
    void *const callback = object.at<made>(2 * index + 1)(&to);
    for (unsigned round = 0; round < rounds; round++) {
        const call_values values = values_of(*ran.used->model, ran.calls[index], ran.seed + round);
        std::vector<bytes> found;
        for (const sample &each : values.arguments)
            found.emplace_back(each.value.size() + 1);
        std::vector<unsigned char *> got;
        for (bytes &each : found)
            got.push_back(each.data());
        to = {got.data(), values.result.value.data(), 0};
        const std::string result_error = call_and_compare(object, index, values, callback);
        std::string error;
        if (to.calls != 1)
            error += "called " + std::to_string(to.calls) + " times; ";
        for (std::size_t i = 0; i < found.size(); i++)
            if (differ(values.arguments[i], found[i].data()))
                error += difference("argument " + std::to_string(i + 1) + ':', values.arguments[i], found[i].data());
        error += result_error;
        if (!error.empty())
            return error;
    }
    return "";
}

std::vector<std::string> run(const batch &ran) {
    return run_object(
        ran.calls.size(),
        {.build =
             [&](const std::string &file) { return compile_cxx(*ran.used, source_of(*ran.used, ran.calls), file); },
         .table = "lookup",
         .check = [&](const loaded_object &object, std::size_t index) { return check_call(ran, object, index); }});
}

bool has_flexible_array(const type &type) {
    if (type.kind() == type_kind::array)
        return !type.count() || has_flexible_array(type.element());
    return std::ranges::any_of(type.fields(), [](const field &member) { return has_flexible_array(member.type); });
}

// Whether the callable gets it in an MMX register, or in one of the x87 stack on the way, as gcc copies numbers and
// structures of them.
bool is_in_mmx(const type &type) {
    constexpr std::size_t of_mmx = 8;
    return type.kind() == type_kind::vector && abi::size_of(native_data_model(), type) == of_mmx;
}
bool is_in_x87(const type &type) {
    if (type.kind() == type_kind::array)
        return is_in_x87(type.element());
    return type.is_floating() || type.kind() == type_kind::complex ||
           std::ranges::any_of(type.fields(), [](const field &member) { return is_in_x87(member.type); });
}

bool can(const target &used, const call_case &call) {
    const auto any = [&](auto is) { return std::ranges::any_of(call.signature.parameters, is); };
    // The registers are the same, and compilers do not empty them in between: see is_disputed().
    if (used.bits == 32 && any(is_in_mmx) && any(is_in_x87))
        return false;
    return !call.signature.variadic && !has_flexible_array(call.signature.result) && !any(has_flexible_array);
}

} // namespace

const opponent callback_opponent{"callback", &native_data_model(), can, run};
