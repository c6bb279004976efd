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

std::string callee_in_c(const target &used, const spelled_call &call, const std::string &index) {
    std::string parameters, body;
    std::size_t count = 0;
    const auto keep = [&](const std::string &value) {
        return "copy(told.got[" + std::to_string(count++) + "], &" + value + ", sizeof " + value + ");";
    };
    for (const std::string &type : call.parameters) {
        std::string name = "a"; // not a sum of two, which gcc 12 warns of (-Wrestrict)
        name += std::to_string(count);
        parameters += (count == 0 ? "" : ", ") + type + ' ' + name;
        body += "    " + keep(name) + '\n';
    }
    if (call.is_variadic) {
        const std::string kind =
            used.attribute.find("ms_abi") != std::string_view::npos ? "__builtin_ms_va_" : "__builtin_va_";
        parameters += ", ...";
        body += "    " + kind + "list list; " + kind + "start(list, a" + std::to_string(count - 1) + ");\n";
        for (const std::string &type : call.variadic)
            body += "    { " + type + " v = __builtin_va_arg(list, " + type + "); " + keep("v") + " }\n";
        body += "    " + kind + "end(list);\n";
    }
    if (call.result != "void")
        body += "    " + call.result + " result; copy(&result, told.give, sizeof result); return result;\n";
    return "static " + call.result + ' ' + std::string(used.attribute) + " callee" + index + '(' +
           (parameters.empty() ? "void" : parameters) + ") {\n    told.calls++;\n" + body + "}\n";
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

std::string callers_and_callees_of(const target &used, const std::vector<call_case> &calls) {
    std::string text = "#define NATIVE " + std::string(native_attribute(used)) + '\n';
    text.append(caller_prelude).append(freestanding_prelude);
    text += "static struct { unsigned char **got; const unsigned char *give; unsigned calls; } told;\n";
    std::string table = "static const void *const table[] = {\n";
    for (std::size_t i = 0; i < calls.size(); i++) {
        const std::string index = std::to_string(i);
        definitions types(used, "t" + index + '_');
        const spelled_call call = spell_by_name(types, calls[i], "t" + index + '_');
        text += types.text + caller_in_c(used, call, index) + callee_in_c(used, call, index);
        table += "    caller" + index + ", callee" + index + ",\n";
    }
    return text + table + "    &told};\nNATIVE const void *lookup(unsigned index) { return table[index]; }\n";
}

std::string describe(const target &used, const call_case &shown) {
    definitions types(used, "");
    const spelled_call call = spell(types, shown);
    return types.text + caller_in_c(used, call, "");
}
