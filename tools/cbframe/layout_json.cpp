#include "layout_json.hpp"

#include "json.hpp"

namespace {

using cbframe::abi::extension;

const char *name_of(extension extends) {
    switch (extends) {
    case extension::zero:
        return "zero";
    case extension::sign:
        return "sign";
    case extension::ones:
        return "ones";
    default:
        return nullptr;
    }
}

void write_piece(json &out, const cbframe::abi::piece &piece) {
    out.object([&] {
        if (piece.in)
            out.member("register").text(piece.in->name());
        else
            out.member("stack").number(piece.stack);
        out.member("offset").number(piece.offset);
        out.member("size").number(piece.size);
        if (const char *const extends = name_of(piece.extends)) {
            out.member("extends").text(extends);
            out.member("extended").number(piece.extended);
        }
        if (piece.converted)
            out.member("converted").boolean(true);
        if (piece.duplicate)
            out.member("duplicate").boolean(true);
    });
}

void write_value(json &out, const std::string &type, const cbframe::abi::value_layout &value) {
    out.member("type").text(type);
    out.member("size").number(value.size);
    out.member("alignment").number(value.alignment);
    out.member("by_pointer").boolean(value.by_pointer);
    out.member("pieces").array([&] {
        for (const auto &each : value.pieces)
            write_piece(out.element(), each);
    });
    if (value.classes.empty())
        return;
    out.member("classes").array([&] {
        for (const auto each : value.classes)
            out.element().text(to_string(each));
    });
}

void write_layout(json &out, const declaration &subject, const cbframe::abi::call_layout &layout) {
    out.member("arguments").array([&] {
        for (std::size_t i = 0; i < subject.parameters.size(); ++i)
            out.element().object([&] {
                if (!subject.parameters[i].name.empty())
                    out.member("name").text(subject.parameters[i].name);
                write_value(out, subject.parameters[i].type, layout.arguments[i]);
            });
    });
    out.member("result").object([&] { write_value(out, subject.result_type, layout.result); });
    if (layout.result_pointer)
        write_piece(out.member("result_pointer"), *layout.result_pointer);
    out.member("stack_size").number(layout.stack_size);
    out.member("stack_alignment").number(layout.stack_alignment);
    out.member("popped").number(layout.popped);
    if (layout.vector_registers)
        out.member("vector_registers").number(*layout.vector_registers);
    if (!layout.variadic)
        return;
    out.member("variadic").object([&] {
        out.member("general").number(layout.variadic->general);
        out.member("vector").number(layout.variadic->vector);
        out.member("stack").number(layout.variadic->stack);
    });
}

} // namespace

std::string json_of(const declaration &subject, std::span<const layout_by> all) {
    json out;
    out.object([&] {
        out.member("declaration").text(subject.spelling);
        out.member("layouts").array([&] {
            for (const layout_by &each : all)
                out.element().object([&] {
                    out.member("convention").text(each.convention->name);
                    out.member("data_model").text(each.convention->model->name);
                    if (each.layout)
                        write_layout(out, subject, *each.layout);
                    else
                        out.member("error").text(each.why_not);
                });
        });
    });
    return out.document();
}
