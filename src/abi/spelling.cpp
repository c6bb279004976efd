// Types and signatures as C spells them.
#include "abi/abi.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace cbf {

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

std::string size_of_vector(const type &vector) {
    const type_kind element = vector.element().kind();
    if (element == type_kind::long_ || element == type_kind::unsigned_long)
        return std::to_string(*vector.count()) + " * sizeof(long)";
    return std::to_string(abi::size_of(abi::lp64_sysv, vector));
}

std::string base_of(const type &type) {
    switch (type.kind()) {
    case type_kind::complex:
        return "_Complex " + base_of(type.element());
    case type_kind::enumeration:
        return tagged("enum", type.name());
    case type_kind::structure:
        return tagged("struct", type.name());
    case type_kind::union_:
        return tagged("union", type.name());
    case type_kind::vector:
        return base_of(type.element()) + " __attribute__((vector_size(" + size_of_vector(type) + ")))";
    default:
        return std::string(scalar_names[static_cast<int>(type.kind())]);
    }
}

// C writes a declarator around a name: before it, what the type begins with; after it, the rest.
class speller {
  public:
    void add(const type &type, std::string_view declarator = "") {
        begin(type);
        put(declarator);
        finish(type);
        ends_in_base_ = false;
    }

    // Types of functions that share one spell it again and again, so the text is cut where it gets too long.
    void add_parameters(const signature &signature) {
        constexpr std::size_t longest = std::size_t{1} << 14;
        put("(");
        std::string_view separator;
        for (const type &parameter : signature.parameters) {
            text_.append(separator);
            separator = ", ";
            if (text_.size() >= longest) {
                text_.append("…");
                break;
            }
            add(parameter);
        }
        if (signature.variadic)
            text_.append(separator).append("...");
        else if (separator.empty())
            text_.append("void");
        text_.append(")");
    }

    void put(std::string_view added) {
        if (ends_in_base_ && !added.empty())
            text_.append(" ");
        ends_in_base_ = ends_in_base_ && added.empty();
        text_.append(added);
    }

    std::string take() { return std::move(text_); }

  private:
    static bool binds_tighter(const type &target) {
        return target.kind() == type_kind::array || target.kind() == type_kind::function;
    }

    void begin(const type &type) {
        switch (type.kind()) {
        case type_kind::pointer:
            begin(type.element());
            return put(binds_tighter(type.element()) ? "(*" : "*");
        case type_kind::array:
            return begin(type.element());
        case type_kind::function:
            return begin(type.called().result);
        default:
            text_.append(base_of(type));
            ends_in_base_ = true;
        }
    }

    void finish(const type &type) {
        switch (type.kind()) {
        case type_kind::pointer:
            if (binds_tighter(type.element()))
                put(")");
            return finish(type.element());
        case type_kind::array:
            put('[' + (type.count() ? std::to_string(*type.count()) : "") + ']');
            return finish(type.element());
        case type_kind::function:
            add_parameters(type.called());
            return finish(type.called().result);
        default:
            return;
        }
    }

    std::string text_;
    bool ends_in_base_ = false; // what comes next is set off by a space
};

} // namespace

std::string to_string(const type &type, std::string_view declarator) {
    speller text;
    text.add(type, declarator);
    return text.take();
}

std::string to_string(const signature &signature) {
    speller text;
    text.add(signature.result);
    text.put(" ");
    text.add_parameters(signature);
    return text.take();
}

} // namespace cbf
