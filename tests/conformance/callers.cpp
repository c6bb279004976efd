#include "callers.hpp"

#include "native.hpp"

#include <algorithm>
#include <iterator>

using namespace cbframe;

namespace {

std::string reader_in_c(const spelled_call &call, const std::string &index) {
    std::string text = "static NATIVE void reader" + index +
                       "(void *list, unsigned first, unsigned end, unsigned char **out) {\n"
                       "    __builtin_va_list *from = list;\n";
    for (std::size_t i = 0; i < call.variadic.size(); i++) {
        const std::string number = std::to_string(i);
        const std::string &type = call.variadic[i];
        text += "    if (first <= " + number + " && " + number + " < end) { " + type + " v = __builtin_va_arg(*from, " +
                type + "); copy(out[" + number + "], &v, sizeof v); }\n";
    }
    return text + "}\n";
}

} // namespace

spelled_call spell_by_name(definitions &types, const call_case &call, const std::string &prefix) {
    std::size_t count = 0;
    const auto define = [&](const type &of) {
        const std::string name = prefix + "a" + std::to_string(count++);
        types.text += "typedef " + types.declare(of, name) + ";\n";
        return name;
    };
    spelled_call out{.result = "void", .is_variadic = call.signature.variadic};
    if (call.signature.result.kind() != type_kind::void_)
        out.result = define(call.signature.result);
    std::ranges::transform(call.signature.parameters, std::back_inserter(out.parameters), define);
    std::ranges::transform(call.variadic, std::back_inserter(out.variadic), define);
    return out;
}

std::string callers_of(const target &used, const std::vector<call_case> &calls) {
    std::string text = "#define NATIVE " + std::string(native_attribute(used)) + '\n';
    text.append(caller_prelude).append(freestanding_prelude);
    std::string table = "static const void *const table[] = {\n";
    for (std::size_t i = 0; i < calls.size(); i++) {
        const std::string index = std::to_string(i);
        definitions types(used, "t" + index + '_');
        const spelled_call call = spell(types, calls[i]);
        text += types.text + caller_in_c(used, call, index);
        const bool has_reader = has_native_lists(used) && !call.variadic.empty();
        if (has_reader)
            text += reader_in_c(call, index);
        table += "    caller" + index + (has_reader ? ", reader" + index : ", 0") + ",\n";
    }
    return text + table + "    0};\nNATIVE const void *lookup(unsigned index) { return table[index]; }\n";
}

std::string describe(const target &used, const call_case &shown) {
    definitions types(used, "");
    const spelled_call call = spell(types, shown);
    return types.text + caller_in_c(used, call, "");
}
