#include "source.hpp"

#include "caller.hpp"

#include <algorithm>

using namespace cbframe;

namespace {

std::string callee(const target &used, const spelled_call &call, const std::string &index) {
    std::string parameters;
    std::string body;
    for (std::size_t i = 0; i < call.parameters.size(); i++) {
        const std::string number = std::to_string(i);
        parameters += (i == 0 ? "" : ", ") + call.parameters[i] + " a" + number;
        body += "    copy(got[" + number + "], &a" + number + ", sizeof a" + number + ");\n";
    }
    if (call.is_variadic) {
        const bool ms = used.attribute.find("ms_abi") != used.attribute.npos;
        const std::string builtin = ms ? "__builtin_ms_va_" : "__builtin_va_";
        body += "    " + builtin + "list list; " + builtin + "start(list, a" +
                std::to_string(call.parameters.size() - 1) + ");\n";
        for (std::size_t i = 0; i < call.variadic.size(); i++) {
            const std::string number = std::to_string(call.parameters.size() + i);
            body += "    { " + call.variadic[i] + " v = __builtin_va_arg(list, " + call.variadic[i] + "); copy(got[" +
                    number + "], &v, sizeof v); }\n";
        }
        body += "    " + builtin + "end(list);\n";
    }
    if (call.result != "void")
        body += "    " + call.result + " result; copy(&result, give, sizeof result); return result;\n";
    return "static " + call.result + ' ' + std::string(used.attribute) + " callee" + index + '(' +
           (parameters.empty() ? "void" : parameters + (call.is_variadic ? ", ..." : "")) + ") {\n" + body + "}\n";
}

std::string tables(const definitions &types, const std::string &index) {
    std::string sizes;
    std::string bits;
    for (const auto &[name, record] : types.records) {
        sizes += "    sizeof(" + name + "), __alignof__(" + name + "),\n";
        for (const field &member : record.fields()) {
            if (!member.bits)
                sizes += "    __builtin_offsetof(" + name + ", " + std::string(member.name) + "),\n";
            else if (!member.name.empty())
                bits += "    { " + name + " x; zero(&x, sizeof x); x." + std::string(member.name) +
                        " = -1; copy(out, &x, sizeof x); out += sizeof x; }\n";
        }
    }
    return "static const unsigned sizes" + index + "[] = {\n" + sizes + "    0};\nstatic NATIVE void bits" + index +
           "(unsigned char *out) {\n    (void)out;\n" + bits + "}\n";
}

constexpr std::string_view prelude = R"(static inline void zero(void *to, size count) {
    for (size i = 0; i < count; i++) ((volatile unsigned char *)to)[i] = 0;
}
static unsigned char *volatile got[64];
static const unsigned char *volatile give;
)";

std::string in_c(const target &used, const call_case &written, const std::string &index, std::string *table = nullptr) {
    definitions types(used, "t" + index + '_');
    const spelled_call call = spell(types, written);
    const std::string text = types.text + caller_in_c(used, call, index) + callee(used, call, index);
    if (table != nullptr)
        *table = tables(types, index);
    return text;
}

} // namespace

std::vector<type> records_of(const target &used, const call_case &from) {
    definitions types(used, "");
    spell(types, from);
    std::vector<type> out;
    for (const auto &[name, record] : types.records)
        out.push_back(record);
    return out;
}

std::string source_of(const target &used, const std::vector<call_case> &calls) {
    // What the oracle itself calls is called as its own system does.
    std::string text = used.convention->family < CBF_FAMILY_AAPCS64 && used.bits == 64
                           ? "#define NATIVE __attribute__((sysv_abi))\n"
                           : "#define NATIVE\n";
    text.append(caller_prelude).append(freestanding_prelude).append(prelude);
    std::string table = "static const void *const table[] = {\n";
    for (std::size_t i = 0; i < calls.size(); i++) {
        const std::string index = std::to_string(i);
        std::string sizes;
        text += in_c(used, calls[i], index, &sizes) + sizes;
        table += "    caller" + index + ", callee" + index + ", sizes" + index + ", bits" + index + ",\n";
    }
    return text + table + "    (const void *)got, (const void *)&give};\n" +
           "NATIVE const void *lookup(unsigned index) { return table[index]; }\n";
}

std::string describe(const target &used, const call_case &shown) { return in_c(used, shown, ""); }
