// What libFuzzer tries on the C API of types, signatures and layouts. An input is a program: each step makes a type of
// those made before, asks one, or lays out a call. Whatever it is, a failing call says why and changes nothing, and
// what succeeds keeps the promises below; sanitizers and a time limit watch the rest.
#include <cbframe/cbframe.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <vector>

namespace {

void promise(bool kept, const char *what) {
    if (kept)
        return;
    std::fprintf(stderr, "broken: %s; the last error: %s\n", what, cbf_error_detail());
    std::abort();
}

#define PROMISE(kept) promise(kept, #kept)

// The input, byte by byte; zeros behind its end.
class bytes {
  public:
    bytes(const std::uint8_t *data, std::size_t size) : next_(data), end_(data + size) {}

    bool empty() const { return next_ == end_; }
    std::uint8_t byte() { return empty() ? std::uint8_t{0} : *next_++; }
    std::size_t below(std::size_t count) { return byte() % count; }
    bool one_in(std::size_t count) { return below(count) == 1; }

    // Mostly small; else any, often one with few bits set or near the end of its range.
    std::size_t number() {
        const std::size_t kind = byte();
        if (kind < 192)
            return kind % 9;
        std::size_t any = 0;
        for (std::size_t i = 0; i < sizeof(any); i++)
            any = any << 8 | byte();
        if (kind < 208)
            return std::size_t{1} << any % (8 * sizeof(any));
        return kind < 224 ? ~std::size_t{0} - any % 4 : any;
    }

  private:
    const std::uint8_t *next_;
    const std::uint8_t *end_;
};

class machine {
  public:
    explicit machine(bytes input) : input_(input) {
        for (int kind = 0; kind <= CBF_KIND_LONG_DOUBLE; kind++)
            types_.push_back(cbf_type_basic(static_cast<cbf_kind>(kind)));
    }
    machine(const machine &) = delete;
    machine &operator=(const machine &) = delete;
    ~machine() {
        for (const cbf_type *each : types_)
            cbf_type_free(each);
    }

    void run() {
        while (!input_.empty() && types_.size() < most_types)
            step();
    }

  private:
    static constexpr std::size_t most_types = 600;

    void step() {
        switch (input_.below(12)) {
        case 0:
            return keep([&](const cbf_type **out) { return cbf_type_pointer(out, pick()); });
        case 1:
            return keep([&](const cbf_type **out) { return cbf_type_array(out, pick(), input_.number()); });
        case 2:
        case 3:
            return make_record();
        case 4:
            return make_function();
        case 5:
            return make_rare();
        case 6:
            return make_tower();
        case 7:
            return free_one();
        case 8:
        case 9:
            return ask();
        default:
            return lay_out();
        }
    }

    // Any type made so far, the newest more often; rarely none.
    const cbf_type *pick() {
        const std::size_t at = input_.byte();
        if (at == 255)
            return nullptr;
        return types_[at % 2 == 0 ? types_.size() - 1 - at / 2 % types_.size() : at / 2 % types_.size()];
    }

    const char *name() {
        static constexpr std::array names{"a", "", "a_rather_long_name_that_no_string_stores_in_place", "b"};
        const std::size_t which = input_.below(names.size() + 1);
        return which < names.size() ? names[which] : nullptr;
    }

    static void check(cbf_status status) {
        PROMISE(status == CBF_OK || status == CBF_INVALID_ARGUMENT);
        PROMISE(status == CBF_OK || cbf_error_detail()[0] != '\0');
    }

    // Of a signature or a layout.
    static void check_call(cbf_status status) {
        constexpr std::array of_calls{CBF_BAD_TYPE, CBF_BAD_VARIADIC_TYPE, CBF_BAD_CONVENTION};
        if (std::find(of_calls.begin(), of_calls.end(), status) == of_calls.end())
            return check(status);
        PROMISE(cbf_error_detail()[0] != '\0');
    }

    template <class Make>
    void keep(Make make) {
        const cbf_type *const untouched = types_.front();
        const cbf_type *out = untouched;
        const cbf_status status = make(&out);
        check(status);
        PROMISE((status == CBF_OK) == (out != untouched));
        if (status == CBF_OK) {
            types_.push_back(out);
            PROMISE(cbf_type_depth(out) <= cbframe::deepest_type);
        }
    }

    cbf_field make_field() {
        cbf_field made{name(), pick(), 0, 0, 0, input_.one_in(16) ? 1 : 0};
        if (input_.one_in(4))
            made.bits = static_cast<int>(input_.number());
        if (input_.one_in(8))
            made.alignment = input_.number();
        made.packed = input_.one_in(8) ? 1 : 0;
        return made;
    }

    void make_record() {
        std::array<cbf_field, 5> fields;
        const std::size_t count = input_.below(fields.size() + 1);
        for (std::size_t i = 0; i < count; i++)
            fields[i] = make_field();
        cbf_record_attributes attributes{};
        if (input_.one_in(4))
            attributes = {input_.number(), input_.number(), static_cast<int>(input_.below(2))};
        const auto make = input_.below(2) == 0 ? cbf_type_structure : cbf_type_union;
        keep([&](const cbf_type **out) { return make(out, name(), fields.data(), count, &attributes); });
    }

    void make_function() {
        const std::vector<const cbf_type *> parameters = pick_some();
        const int variadic = static_cast<int>(input_.below(2));
        keep([&](const cbf_type **out) {
            return cbf_type_function(out, pick(), parameters.data(), parameters.size(), variadic);
        });
    }

    void make_rare() {
        switch (input_.below(7)) {
        case 0:
            return keep([&](const cbf_type **out) { return cbf_type_complex(out, pick()); });
        case 1:
            return keep([&](const cbf_type **out) { return cbf_type_enumeration(out, name(), pick()); });
        case 2:
            return keep([&](const cbf_type **out) { return cbf_type_flexible_array(out, pick()); });
        case 3:
            return keep([&](const cbf_type **out) { return cbf_type_incomplete_structure(out, name()); });
        case 4:
            return keep([&](const cbf_type **out) { return cbf_type_incomplete_union(out, name()); });
        case 5:
            return read_some();
        default:
            return keep([&](const cbf_type **out) { return cbf_type_vector(out, pick(), input_.number()); });
        }
    }

    // Words that make a type, or nearly.
    void read_some() {
        static constexpr const char *words[] = {
            "int", "char ", "long ",  "unsigned ", "double", "_Complex ", "void",    "*", "(",  ")",       "[",    "3]",
            ",",   "...",   "const ", "(*",        "(void)", "(int)",     "struct ", "s", " x", "size_t ", "\xff", "{"};
        std::string text(input_.below(2) == 0 ? "int " : "");
        for (std::size_t left = input_.byte(); left > 0; left--)
            text += words[input_.below(std::size(words))];
        const cbf_named_type named{name(), pick()};
        const cbf_type *read = nullptr;
        const cbf_status status = cbf_type_parse(&read, text.c_str(), &named, 1);
        check(status);
        PROMISE((status == CBF_OK) == (read != nullptr));
        if (status == CBF_OK)
            types_.push_back(read);
        cbf_signature *signature = nullptr;
        check_call(cbf_signature_parse(&signature, text.c_str(), &named, input_.below(2), convention()));
        cbf_signature_free(signature);
    }

    // Levels of records or functions, each of two of the level below.
    void make_tower() {
        const std::size_t shape = input_.byte();
        for (std::size_t i = input_.byte(); i > 0 && types_.size() < most_types; i--) {
            const cbf_type *const below = types_.back();
            const cbf_type *const two[] = {below, below};
            const cbf_field fields[] = {{"a", below, 0, 0, 0, 0}, {"b", below, 0, 0, 0, 0}};
            const cbf_record_attributes attributes{shape / 4 % 4 == 1 ? std::size_t{16} : 0, 0, shape / 16 % 4 == 1};
            keep([&](const cbf_type **out) {
                switch (shape % 4) {
                case 0:
                    return cbf_type_structure(out, "s", fields, 2, &attributes);
                case 1:
                    return i % 2 == 0 ? cbf_type_function(out, below, two, 2, 0) : cbf_type_pointer(out, below);
                default:
                    return cbf_type_union(out, "u", fields, 2, &attributes);
                }
            });
        }
    }

    void free_one() {
        const std::size_t at = input_.below(types_.size());
        if (at <= CBF_KIND_LONG_DOUBLE)
            return cbf_type_free(types_[at]); // which does nothing
        cbf_type_free(types_[at]);
        types_.erase(types_.begin() + static_cast<std::ptrdiff_t>(at));
    }

    std::vector<const cbf_type *> pick_some() {
        std::vector<const cbf_type *> some(input_.below(9));
        for (const cbf_type *&each : some)
            each = pick();
        return some;
    }

    template <class Format, class Subject>
    void check_text(Format format, const Subject *subject) {
        std::size_t length = 0;
        const cbf_status status = format(subject, nullptr, 0, &length);
        check(status);
        if (status != CBF_OK)
            return;
        std::array<char, 64> start;
        std::size_t again = 0;
        PROMISE(format(subject, start.data(), start.size(), &again) == CBF_OK && again == length);
        PROMISE(std::strlen(start.data()) == std::min(length, start.size() - 1));
        PROMISE(length < std::size_t{1} << 22);
    }

    void ask() {
        const cbf_type *const type = pick();
        std::size_t size = 1;
        std::size_t alignment = 1;
        const cbf_status has_size = cbf_type_size(type, &size);
        check(has_size);
        check(cbf_type_alignment(type, &alignment));
        PROMISE(alignment != 0 && (alignment & (alignment - 1)) == 0);
        cbf_field_place place{};
        const cbf_status has_field = cbf_type_field(type, input_.number(), &place);
        check(has_field);
        PROMISE(has_field != CBF_OK || place.offset <= size);
        check_text(cbf_type_format, type);
        if (const cbf_type *const other = pick(); type != nullptr && other != nullptr)
            PROMISE(cbf_type_equal(type, other) == cbf_type_equal(other, type));
        check_parts(type);
    }

    static void check_parts(const cbf_type *type) {
        PROMISE(cbf_type_name(type) != nullptr);
        cbf_field field{};
        const std::size_t fields = cbf_type_field_count(type);
        for (std::size_t i = 0; i < fields; i++)
            PROMISE(cbf_type_field_at(type, i, &field) == CBF_OK && cbf_type_depth(field.type) < cbf_type_depth(type));
        PROMISE(cbf_type_field_at(type, fields, &field) == CBF_INVALID_ARGUMENT);
        const std::size_t parameters = cbf_type_parameter_count(type);
        for (std::size_t i = 0; i < parameters; i++)
            PROMISE(cbf_type_parameter(type, i) != nullptr);
        PROMISE(cbf_type_parameter(type, parameters) == nullptr);
        const bool has_result = cbf_type_kind(type) == CBF_KIND_FUNCTION;
        PROMISE((cbf_type_result(type) != nullptr) == has_result);
        const cbf_type *const element = cbf_type_element(type);
        PROMISE(element == nullptr || cbf_type_depth(element) < cbf_type_depth(type));
        std::size_t count = 0;
        PROMISE(cbf_type_count(type, &count) == 0 || element != nullptr);
    }

    const cbf_convention *convention() {
        const std::size_t which = input_.below(32);
        return which == 31   ? cbf_convention_find(name())
               : which == 30 ? cbf_convention_native()
                             : cbf_convention_at(which);
    }

    static void check_value(const cbf_value_layout &value) {
        for (std::size_t i = 0; i < value.piece_count && value.by_pointer == 0; i++)
            PROMISE(value.pieces[i].offset + value.pieces[i].size <= value.size);
    }

    static void check_layout(const cbf_layout &layout) {
        PROMISE(layout.named <= layout.count);
        check_value(layout.result);
        for (std::size_t i = 0; i < layout.count; i++)
            check_value(layout.arguments[i]);
    }

    void lay_out() {
        const std::vector<const cbf_type *> parameters = pick_some();
        cbf_signature *signature = nullptr;
        const int variadic = static_cast<int>(input_.below(2));
        check_call(cbf_signature_new(&signature, pick(), parameters.data(), parameters.size(), variadic, convention()));
        cbf_place place;
        check_call(cbf_signature_place(signature, static_cast<std::ptrdiff_t>(input_.number() - 1), &place));
        const cbf_layout *layout = nullptr;
        const std::vector<const cbf_type *> others = variadic != 0 ? pick_some() : std::vector<const cbf_type *>();
        check_call(cbf_layout_new(&layout, signature, others.data(), others.size()));
        cbf_signature_free(signature);
        if (layout != nullptr)
            check_layout(*layout);
        check_text(cbf_layout_format, layout);
        cbf_layout_free(layout);
    }

    bytes input_;
    std::vector<const cbf_type *> types_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    machine(bytes(data, size)).run();
    return 0;
}
