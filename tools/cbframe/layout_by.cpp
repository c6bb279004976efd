#include "layout_by.hpp"

layout_by::layout_by(const declaration &subject, const cbframe::abi::convention &used) : convention(&used) {
    try {
        layout = cbframe::abi::layout(used, subject.signature(*used.model), subject.variadic(*used.model));
    } catch (const cbframe::error &failure) {
        why_not = failure.what();
        constexpr std::string_view begin = "cbframe: ";
        if (why_not.starts_with(begin))
            why_not.erase(0, begin.size());
    }
}

std::string_view stack_pointer_of(const cbframe::abi::convention &convention) {
    switch (convention.family) {
    case CBF_FAMILY_SYSV_X64:
    case CBF_FAMILY_MS_X64:
        return "RSP";
    case CBF_FAMILY_X86:
        return "ESP";
    default:
        return "SP";
    }
}

bool pushes_return_address(const cbframe::abi::convention &convention) { return stack_pointer_of(convention) != "SP"; }

std::string place_of(const cbframe::abi::piece &piece, const cbframe::abi::convention &convention) {
    return piece.in ? std::string(piece.in->name())
                    : std::string(stack_pointer_of(convention)) + '+' + std::to_string(piece.stack);
}

std::string byte_range(std::size_t offset, std::size_t size) {
    const std::string first = std::to_string(offset);
    return size == 1 ? first : first + '-' + std::to_string(offset + size - 1);
}

std::string bytes_of(const cbframe::abi::piece &piece, bool by_pointer) {
    return by_pointer ? "address" : byte_range(piece.offset, piece.size);
}

std::string extension_of(const cbframe::abi::piece &piece) {
    using cbframe::abi::extension;
    const std::string to = "-extended to " + std::to_string(piece.extended) + " bytes";
    switch (piece.extends) {
    case extension::zero:
        return ", zero" + to;
    case extension::sign:
        return ", sign" + to;
    case extension::ones:
        return ", with ones above, " + std::to_string(piece.extended) + " bytes in all";
    default:
        return "";
    }
}

std::vector<cbframe::abi::machine_register> argument_registers(const cbframe::abi::convention &convention,
                                                               const cbframe::type &type) {
    constexpr std::size_t enough = 32;
    std::vector<cbframe::abi::machine_register> found;
    const cbframe::signature many{.parameters = std::vector<cbframe::type>(enough, type)};
    for (const auto &each : cbframe::abi::layout(convention, many).arguments)
        for (const auto &piece : each.pieces)
            if (piece.in)
                found.push_back(*piece.in);
    return found;
}

std::string name_of(const declaration &subject, std::size_t index) {
    const std::string &name = subject.parameters[index].name;
    return name.empty() ? std::to_string(index + 1) : name;
}
