#include "picture.hpp"

#include "svg.hpp"

#include <algorithm>

namespace {

using cbframe::abi::call_layout;
using cbframe::abi::piece;
using cbframe::abi::value_layout;

constexpr const char *style = R"(
text { font: 11px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1b1f24; }
.title { font-weight: bold; }
.quiet { fill: #59636e; }
.paper { fill: #ffffff; }
.cell { fill: #f6f8fa; stroke: #8c959f; }
.edge { fill: none; stroke: #8c959f; }
.above { fill: #e2e6ea; }
.c0 { fill: #a5d0ff; } .c1 { fill: #ffc680; } .c2 { fill: #9be9a8; } .c3 { fill: #f7b1d5; }
.c4 { fill: #cfb9fb; } .c5 { fill: #f2e07a; } .c6 { fill: #8be3e3; } .c7 { fill: #ffb3a7; }
.result { fill: #b9c0f5; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.quiet { fill: #9198a1; }
.paper { fill: #0d1117; }
.cell { fill: #151b23; stroke: #656c76; }
.edge { stroke: #656c76; }
.above { fill: #2f3742; }
.c0 { fill: #1f4f8f; } .c1 { fill: #8a4b08; } .c2 { fill: #1c6b34; } .c3 { fill: #8c2f66; }
.c4 { fill: #553098; } .c5 { fill: #6e5b00; } .c6 { fill: #0f6267; } .c7 { fill: #92332a; }
.result { fill: #3c478f; }
}
)";

constexpr double margin = 16, line = 18, gap = 8;
constexpr double cell_width = 140, bar_height = 22, cell_height = 38;
constexpr std::size_t cells_in_row = 4;
constexpr double label_width = 72;
constexpr double panel_width = cells_in_row * (cell_width + gap);
constexpr double word_width = 2 * cell_width + gap;

// One piece of one value, by what the picture calls it.
struct part {
    const piece *at;
    std::string color;
    std::string label;
};

std::string color_of(std::size_t argument) { return std::string("c").append(std::to_string(argument % 8)); }

// A field of a structure, by bytes; of bit-fields the first byte only.
struct field_bytes {
    std::string name;
    std::size_t offset;
    std::size_t size;
};

// None for what is no structure.
std::vector<field_bytes> fields_of(const cbframe::type &type, const cbframe::abi::data_model &model) {
    std::vector<field_bytes> all;
    if (type.kind() != cbframe::type_kind::structure)
        return all;
    const auto fields = type.fields();
    const auto places = cbframe::abi::layout_of(model, type).fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].bits && fields[i].name.empty()) // padding
            continue;
        const bool has_size = !fields[i].bits && fields[i].type.is_complete(); // no flexible array
        const std::size_t size = has_size ? cbframe::abi::size_of(model, fields[i].type) : 1;
        if (size > 0)
            all.push_back({fields[i].name.empty() ? "…" : fields[i].name.c_str(), places[i].offset, size});
    }
    return all;
}

// Whatever of a structure is in these bytes: ".x" if that is one field, "" if that is all of it, else their numbers.
std::string part_name(const value_layout &value, const piece &at, const cbframe::abi::data_model &model) {
    if (value.by_pointer || at.size >= value.size)
        return "";
    auto fields = fields_of(value.type, model);
    std::erase_if(fields, [&](const field_bytes &each) {
        return each.offset >= at.offset + at.size || each.offset + each.size <= at.offset;
    });
    return fields.size() == 1 ? '.' + fields.front().name : ' ' + byte_range(at.offset, at.size);
}

class panel {
  public:
    panel(svg &out, const declaration &subject, const layout_by &by, double x, double y)
        : out_(out), subject_(subject), by_(by), model_(*by.convention->model), x_(x), y_(y) {}

    // Answers where it ends.
    double draw() {
        out_.text("title", x_, y_ + 11, std::string("by ") + by_.convention->name, panel_width);
        y_ += line + 4;
        if (!by_.layout) {
            out_.text("quiet", x_, y_ + 11, by_.why_not, panel_width);
            return y_ + line;
        }
        collect();
        draw_registers();
        draw_stack();
        draw_result();
        return y_;
    }

  private:
    void collect() {
        const call_layout &layout = *by_.layout;
        for (std::size_t i = 0; i < layout.arguments.size(); ++i)
            collect(parts_, layout.arguments[i], color_of(i), name_of(subject_, i));
        if (layout.result_pointer)
            parts_.push_back({&*layout.result_pointer, "result", "→ result"});
        collect(results_, layout.result, "result", "result");
    }

    void collect(std::vector<part> &to, const value_layout &value, const std::string &color, const std::string &name) {
        for (const piece &each : value.pieces)
            to.push_back({&each, color, (value.by_pointer ? "→ " : "") + name + part_name(value, each, model_)});
    }

    void heading(const std::string &text) {
        y_ += 6;
        out_.text("quiet", x_, y_ + 11, text, panel_width);
        y_ += line;
    }

    // Those that carry arguments, used or not, and any other that does here: a row for each bank.
    void draw_registers() {
        using bank_row = std::vector<cbframe::abi::machine_register>;
        std::vector<bank_row> rows;
        const auto add = [&](const cbframe::abi::machine_register &each) {
            auto row = std::ranges::find_if(rows, [&](const bank_row &known) { return known[0].bank == each.bank; });
            if (row == rows.end())
                row = rows.insert(row, bank_row());
            if (std::ranges::find(*row, each) == row->end())
                row->push_back(each);
        };
        for (const auto &type : {cbframe::type::pointer(), cbframe::type(cbframe::type_kind::double_)})
            for (const auto &each : argument_registers(*by_.convention, type))
                add(each);
        for (const part &each : parts_)
            if (each.at->in)
                add(*each.at->in);
        if (rows.empty())
            return;
        heading("registers at entry; byte 0 on the left");
        for (const bank_row &row : rows)
            draw_cells(row, parts_);
    }

    void draw_result() {
        if (by_.layout->result.type.kind() == cbframe::type_kind::void_)
            return;
        heading("at return");
        std::vector<cbframe::abi::machine_register> shown;
        for (const part &each : results_)
            if (each.at->in)
                shown.push_back(*each.at->in);
        draw_cells(shown, results_);
        if (!shown.empty())
            return;
        out_.text("", x_, y_ + 11, by_.layout->result_pointer ? "the result is where the caller wanted it" : "nothing",
                  panel_width);
        y_ += line;
    }

    void draw_cells(const std::vector<cbframe::abi::machine_register> &registers, const std::vector<part> &parts) {
        for (std::size_t i = 0; i < registers.size(); ++i) {
            const double x = x_ + static_cast<double>(i % cells_in_row) * (cell_width + gap);
            const double y = y_ + static_cast<double>(i / cells_in_row) * (cell_height + gap);
            out_.text("quiet", x, y + 11, registers[i].name(), cell_width);
            out_.rectangle("cell", x, y + 15, cell_width, bar_height);
            const double byte = cell_width / static_cast<double>(registers[i].bank->size);
            for (const part &each : parts)
                if (each.at->in == registers[i])
                    draw_bar(each, x, y + 15, byte, 0, each.at->size);
            out_.rectangle("edge", x, y + 15, cell_width, bar_height);
        }
        const std::size_t rows = (registers.size() + cells_in_row - 1) / cells_in_row;
        y_ += static_cast<double>(rows) * (cell_height + gap);
    }

    // Bytes of a part from begin on, so many, and what fills the rest of its word.
    void draw_bar(const part &drawn, double x, double y, double byte, std::size_t begin, std::size_t count) {
        const double width = byte * static_cast<double>(count);
        out_.rectangle(drawn.color, x, y, width, bar_height);
        if (begin + count == drawn.at->size && drawn.at->extended > drawn.at->size)
            out_.rectangle("above", x + width, y, byte * static_cast<double>(drawn.at->extended - drawn.at->size),
                           bar_height);
        // A name may reach over what is free beside it.
        const bool is_alone = drawn.at->in.has_value();
        out_.text("", x + 5, y + 15, drawn.label, (is_alone ? cell_width : std::max(width, word_width / 2)) - 8);
    }

    void draw_stack() {
        const std::size_t word = model_.pointer_size;
        std::size_t end = by_.layout->stack_size + (pushes_return_address(*by_.convention) ? word : 0);
        for (const part &each : parts_)
            if (!each.at->in)
                end = std::max(end, each.at->stack + each.at->size);
        if (end == 0)
            return;
        heading("the stack at entry; higher addresses below");
        std::size_t quiet = 0; // words of one part in a row
        for (std::size_t offset = 0; offset < end; offset += word) {
            const bool is_dull =
                is_inside(offset, word) && is_inside(offset + word, word) && is_inside(offset - word, word);
            quiet = is_dull ? quiet + 1 : 0;
            if (quiet == 2) {
                out_.text("quiet", x_ + label_width + 5, y_ + 11, "⋮", cell_width);
                y_ += line;
            }
            if (quiet < 2)
                draw_word(offset, word);
        }
        y_ += gap;
    }

    // Whether a word is no more than the middle of a larger piece.
    bool is_inside(std::size_t offset, std::size_t word) const {
        return std::ranges::any_of(parts_, [&](const part &each) {
            return !each.at->in && each.at->stack < offset && offset + word < each.at->stack + each.at->size;
        });
    }

    void draw_word(std::size_t offset, std::size_t word) {
        const double x = x_ + label_width;
        const double byte = word_width / static_cast<double>(word);
        out_.text("quiet", x_, y_ + 15, std::string(stack_pointer_of(*by_.convention)) + '+' + std::to_string(offset),
                  label_width);
        out_.rectangle("cell", x, y_, word_width, bar_height);
        bool is_empty = true;
        for (const part &each : parts_) {
            const std::size_t begin = std::max(each.at->stack, offset);
            const std::size_t end = std::min(each.at->stack + each.at->size, offset + word);
            if (each.at->in || begin >= end)
                continue;
            is_empty = false;
            draw_bar(each, x + byte * static_cast<double>(begin - offset), y_, byte, begin - each.at->stack,
                     end - begin);
        }
        if (is_empty)
            out_.text("quiet", x + 5, y_ + 15, name_of_free(offset, word), word_width);
        out_.rectangle("edge", x, y_, word_width, bar_height);
        y_ += bar_height;
    }

    std::string name_of_free(std::size_t offset, std::size_t word) const {
        constexpr std::size_t home_words = 4; // Microsoft, "x64 calling convention"
        if (offset == 0 && pushes_return_address(*by_.convention))
            return "return address";
        if (by_.convention->family == CBF_FAMILY_MS_X64 && offset <= home_words * word)
            return "home space: the function's";
        return "";
    }

    svg &out_;
    const declaration &subject_;
    const layout_by &by_;
    const cbframe::abi::data_model &model_;
    double x_, y_;
    std::vector<part> parts_, results_;
};

// " {x 0-7, y 8-15}" of a structure.
std::string structure_text(const value_layout &value, const cbframe::abi::data_model &model) {
    std::string text;
    for (const field_bytes &each : fields_of(value.type, model))
        text.append(text.empty() ? " {" : ", ").append(each.name + ' ' + byte_range(each.offset, each.size));
    return text.empty() ? text : text + "}";
}

double draw_legend(svg &out, const declaration &subject, std::span<const layout_by> all, double width) {
    const layout_by &known = *std::ranges::find_if(all, [](const auto &each) { return each.layout.has_value(); });
    const bool is_of_one_system = std::ranges::all_of(
        all, [&](const layout_by &each) { return each.convention->model == known.convention->model; });
    double y = margin;
    out.text("title", margin, y + 11, subject.spelling, width);
    y += line + 6;
    const auto add = [&](const std::string &color, const std::string &text) {
        out.rectangle(color, margin, y, 14, 14);
        out.text("", margin + 22, y + 11, text, width - 22);
        y += line;
    };
    const auto add_value = [&](const std::string &color, const std::string &name, const std::string &type,
                               const value_layout &value) {
        add(color, name + ": " + type + (is_of_one_system ? structure_text(value, *known.convention->model) : ""));
    };
    for (std::size_t i = 0; i < subject.parameters.size(); ++i)
        add_value(color_of(i), name_of(subject, i), subject.parameters[i].type, known.layout->arguments[i]);
    if (known.layout->result.type.kind() != cbframe::type_kind::void_)
        add_value("result", "result", subject.result_type, known.layout->result);
    add("above", "extended by sign bits, zeros or ones");
    return y + gap;
}

} // namespace

std::string picture_of(const declaration &subject, std::span<const layout_by> all) {
    constexpr std::size_t side_by_side = 2;
    const double columns = static_cast<double>(std::min(side_by_side, all.size()));
    const double width = columns * (panel_width + margin) - gap;
    svg out;
    double y = draw_legend(out, subject, all, width);
    std::string title = subject.spelling;
    for (std::size_t i = 0; i < all.size(); i += side_by_side) {
        double end = y;
        for (std::size_t j = i; j < std::min(i + side_by_side, all.size()); ++j) {
            const double x = margin + static_cast<double>(j - i) * (panel_width + margin);
            end = std::max(end, panel(out, subject, all[j], x, y).draw());
            title += std::string(j == 0 ? ", by " : " and ") + all[j].convention->name;
        }
        y = end + margin;
    }
    svg paper;
    paper.rectangle("paper", 0, 0, width + margin, y);
    paper.append(out);
    return paper.document(width + margin, y, title, style);
}
