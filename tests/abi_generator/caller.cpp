#include "caller.hpp"

using namespace cbframe;

namespace {

std::string spell(definitions &types, const type &of) {
    if (of.kind() == type_kind::void_)
        return "void";
    const std::string name = types.declare(of, "");
    return name.substr(0, name.find_last_not_of(' ') + 1);
}

std::vector<std::string> spell(definitions &types, const std::vector<type> &all) {
    std::vector<std::string> names;
    for (const type &each : all)
        names.push_back(spell(types, each));
    return names;
}

std::string parameter_list(const spelled_call &call) {
    std::string text;
    for (const std::string &type : call.parameters)
        text.append(text.empty() ? "" : ", ").append(type);
    if (call.is_variadic)
        text += ", ...";
    return text.empty() ? "void" : text;
}

} // namespace

spelled_call spell(definitions &types, const call_case &spelled) {
    spelled_call out{.result = spell(types, spelled.signature.result), .is_variadic = spelled.signature.variadic};
    out.parameters = spell(types, spelled.signature.parameters);
    out.variadic = spell(types, spelled.variadic);
    return out;
}

std::string caller_in_c(const target &used, const spelled_call &call, const std::string &index) {
    std::vector<std::string> all = call.parameters;
    all.insert(all.end(), call.variadic.begin(), call.variadic.end());
    std::string text =
        "static NATIVE void caller" + index + "(unsigned char **in, unsigned char *out, void *called) {\n";
    std::string passed;
    for (std::size_t i = 0; i < all.size(); i++) {
        const std::string number = std::to_string(i);
        text +=
            "    " + all[i] + " a" + number + "; copy(&a" + number + ", in[" + number + "], sizeof a" + number + ");\n";
        passed.append(i == 0 ? "a" : ", a").append(number);
    }
    text.append("    ").append(call.result == "void" ? "" : call.result + " result = ");
    text += "((" + call.result + " (" + std::string(used.attribute) + " *)(" + parameter_list(call) + "))called)(" +
            passed + ");\n";
    if (call.result != "void")
        text += "    copy(out, &result, sizeof result);\n";
    return text + "}\n";
}

const std::string_view caller_prelude = R"(typedef __SIZE_TYPE__ size;
static __attribute__((noinline)) void copy(void *to, const void *from, size count) {
    for (size i = 0; i < count; i++) ((volatile unsigned char *)to)[i] = ((const unsigned char *)from)[i];
}
)";

const std::string_view freestanding_prelude =
    R"(void *memcpy(void *to, const void *from, size count) { copy(to, from, count); return to; }
void *memset(void *to, int value, size count) {
    for (size i = 0; i < count; i++) ((volatile unsigned char *)to)[i] = (unsigned char)value;
    return to;
}
)";
