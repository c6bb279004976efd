#include "definitions.hpp"

using namespace cbframe;

namespace {

std::string attribute(const std::string &name) { return " __attribute__((" + name + "))"; }

std::string aligned(std::size_t alignment) { return attribute("aligned(" + std::to_string(alignment) + ")"); }

std::string marks_of(const record_attributes &attributes) {
    std::string marks;
    if (attributes.packed)
        marks += attribute("packed");
    if (attributes.alignment != 0)
        marks += aligned(attributes.alignment);
    return marks;
}

std::string marks_of(const field &member) {
    std::string marks;
    if (member.bits)
        marks += " : " + std::to_string(*member.bits);
    if (member.packed)
        marks += attribute("packed");
    if (member.alignment != 0)
        marks += aligned(member.alignment);
    return marks;
}

} // namespace

std::string definitions::declare(const type &of, const std::string &name) {
    switch (of.kind()) {
    case type_kind::structure:
    case type_kind::union_:
        return define_record(of) + ' ' + name;
    case type_kind::enumeration:
        return define_enumeration(of) + ' ' + name;
    case type_kind::vector:
        return target_.aligned_vectors ? define_vector(of) + ' ' + name : to_string(of, name);
    case type_kind::array:
        return declare(of.element(), name + '[' + (of.count() ? std::to_string(*of.count()) : "") + ']');
    default:
        return to_string(of, name);
    }
}

std::string definitions::next_name(char kind) { return prefix_ + kind + std::to_string(count_++); }

std::string definitions::define_enumeration(const type &of) {
    const std::string name = next_name('e');
    const bool is_signed = of.element().kind() == type_kind::int_;
    text += "enum " + name + " { " + name + "_0 = " + (is_signed ? "-1" : "0") + " };\n";
    return "enum " + name;
}

// As Microsoft's headers make __m128: aligned even in a packed record.
std::string definitions::define_vector(const type &of) {
    const std::string name = next_name('v');
    text += "typedef " + to_string(of, name) + aligned(abi::size_of(*target_.model, of)) + ";\n";
    return name;
}

std::string definitions::define_record(const type &of) {
    for (const auto &[name, defined] : records)
        if (defined == of)
            return name;
    std::string body;
    for (const field &member : of.fields())
        body += "    " + declare(member.type, member.name) + marks_of(member) + ";\n";
    const std::string name = next_name('r');
    const record_attributes &attributes = of.attributes();
    if (attributes.pack != 0)
        text += "#pragma pack(push, " + std::to_string(attributes.pack) + ")\n";
    text += std::string("typedef ") + (of.kind() == type_kind::structure ? "struct" : "union") + marks_of(attributes) +
            " {\n" + body + "} " + name + ";\n";
    if (attributes.pack != 0)
        text += "#pragma pack(pop)\n";
    records.emplace_back(name, of);
    return name;
}
