// Types, and where a convention puts them, in words.
#pragma once

#include <cbframe/abi.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace abi_layout {

namespace abi = cbframe::abi;
using cbframe::field;
using cbframe::signature;
using cbframe::type;
using enum cbframe::type_kind;

inline type record(const std::vector<type> &types, const cbframe::record_attributes &attributes = {}) {
    std::vector<field> fields;
    for (const type &of : types)
        fields.push_back({.name = std::string("f").append(std::to_string(fields.size())), .type = of, .bits = {}});
    return type::structure("s", std::move(fields), attributes);
}

inline field plain(const char *name, const type &of) { return {.name = name, .type = of, .bits = {}}; }

inline type chars(std::size_t count) { return record({type::array(char_, count)}); }

// "RDI", "stack+8", "RAX RDX", "&RCX" for the address in RCX.
inline std::string where(const abi::value_layout &value) {
    std::string text;
    for (const abi::piece &each : value.pieces) {
        text += text.empty() ? "" : " ";
        text += value.by_pointer ? "&" : "";
        text += each.in ? std::string(each.in->name()) : "stack+" + std::to_string(each.stack);
    }
    return text;
}

inline std::vector<std::string> arguments(const abi::convention &convention, const std::vector<type> &types) {
    std::vector<std::string> out;
    for (const abi::value_layout &value : abi::layout(convention, {void_, types}).arguments)
        out.push_back(where(value));
    return out;
}

inline std::string result(const abi::convention &convention, const type &of) {
    return where(abi::layout(convention, {of, {}}).result);
}

using words = std::vector<std::string>;

} // namespace abi_layout
