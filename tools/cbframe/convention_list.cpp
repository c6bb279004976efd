#include "convention_list.hpp"

#include "json.hpp"
#include "layout_by.hpp"
#include "table.hpp"

namespace {

using cbframe::abi::convention;
using registers = std::vector<cbframe::abi::machine_register>;

registers general_registers(const convention &of) { return argument_registers(of, cbframe::type::pointer()); }
registers floating_registers(const convention &of) { return argument_registers(of, cbframe::type_kind::double_); }

// "RDI RSI RDX RCX R8 R9", "XMM0-XMM7": three or more that follow each other are a range.
std::string text_of(const registers &all) {
    std::string text;
    for (std::size_t i = 0; i < all.size();) {
        std::size_t last = i;
        while (last + 1 < all.size() && all[last + 1].bank == all[i].bank &&
               all[last + 1].number == all[last].number + 1)
            ++last;
        last = last - i < 2 ? i : last;
        text.append(text.empty() ? "" : " ").append(all[i].name());
        if (last > i)
            text.append("-").append(all[last].name());
        i = last + 1;
    }
    return text.empty() ? "–" : text;
}

bool is_native(const convention &of) { return std::string(of.name) == cbframe::native_convention().name; }

void write_registers(json &out, const char *name, const registers &all) {
    out.member(name).array([&] {
        for (const auto &each : all)
            out.element().text(each.name());
    });
}

} // namespace

std::vector<std::string> convention_names() {
    std::vector<std::string> names;
    for (const convention *each : cbframe::abi::conventions())
        names.emplace_back(each->name);
    return names;
}

std::string convention_table() {
    std::vector<std::vector<std::string>> rows{
        {"name", "sizes", "pointers and integers", "floating numbers", "variadic", "here"}};
    for (const convention *each : cbframe::abi::conventions())
        rows.push_back({each->name, each->model->name, text_of(general_registers(*each)),
                        text_of(floating_registers(*each)), each->allows_variadic != 0 ? "yes" : "no",
                        is_native(*each)              ? "this system's C"
                        : cbframe::is_callable(*each) ? "can be called"
                                                      : "layouts only"});
    return aligned(rows);
}

std::string convention_json() {
    json out;
    out.array([&] {
        for (const convention *each : cbframe::abi::conventions())
            out.element().object([&] {
                out.member("name").text(each->name);
                out.member("data_model").text(each->model->name);
                write_registers(out, "general_registers", general_registers(*each));
                write_registers(out, "floating_registers", floating_registers(*each));
                out.member("variadic").boolean(each->allows_variadic != 0);
                out.member("callable").boolean(cbframe::is_callable(*each));
                out.member("native").boolean(is_native(*each));
            });
    });
    return out.document();
}
