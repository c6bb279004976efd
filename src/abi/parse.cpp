// A reader of C's declarators: ISO/IEC 9899:2011, 6.7.2 and 6.7.7.
#include "abi/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace cbf {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_qualifier(std::string_view word) {
    return word == "const" || word == "volatile" || word == "restrict" || word == "__restrict";
}

// Words that together name a scalar, in any order.
enum word {
    word_void,
    word_bool,
    word_char,
    word_short,
    word_int,
    word_long,
    word_signed,
    word_unsigned,
    word_int128,
    word_float,
    word_double,
    word_complex,
    words
};
constexpr std::string_view spelled[words] = {"void",   "_Bool",    "char",     "short", "int",    "long",
                                             "signed", "unsigned", "__int128", "float", "double", "_Complex"};

bool is_keyword(std::string_view word) {
    return is_qualifier(word) || word == "struct" || word == "union" || word == "enum" ||
           std::ranges::find(spelled, word) != std::end(spelled);
}

// How often each of them stands there.
using word_counts = std::array<unsigned, words>;

struct scalar {
    type_kind kind;
    std::initializer_list<word> words; ///< the least that name it
    bool may_have_int;
    bool may_have_signed;
};

constexpr scalar scalars[] = {
    {type_kind::void_, {word_void}, false, false},
    {type_kind::bool_, {word_bool}, false, false},
    {type_kind::char_, {word_char}, false, false},
    {type_kind::signed_char, {word_signed, word_char}, false, false},
    {type_kind::unsigned_char, {word_unsigned, word_char}, false, false},
    {type_kind::short_, {word_short}, true, true},
    {type_kind::unsigned_short, {word_unsigned, word_short}, true, false},
    {type_kind::int_, {word_int}, false, true},
    {type_kind::int_, {word_signed}, false, false},
    {type_kind::unsigned_int, {word_unsigned}, true, false},
    {type_kind::long_, {word_long}, true, true},
    {type_kind::unsigned_long, {word_unsigned, word_long}, true, false},
    {type_kind::long_long, {word_long, word_long}, true, true},
    {type_kind::unsigned_long_long, {word_unsigned, word_long, word_long}, true, false},
    {type_kind::int128, {word_int128}, false, true},
    {type_kind::unsigned_int128, {word_unsigned, word_int128}, false, false},
    {type_kind::float_, {word_float}, false, false},
    {type_kind::double_, {word_double}, false, false},
    {type_kind::long_double, {word_long, word_double}, false, false},
};

bool is_named_by(const scalar &named, word_counts counts) {
    counts[word_int] -= named.may_have_int && counts[word_int] == 1;
    counts[word_signed] -= named.may_have_signed && counts[word_signed] == 1;
    for (const word each : named.words)
        if (counts[each]-- == 0)
            return false;
    return std::ranges::all_of(counts, [](unsigned count) { return count == 0; });
}

// Arm C Language Extensions, "SVE types": svint8_t, svuint64x3_t, svbool_t and so on.
bool is_sve(std::string_view name) {
    constexpr std::string_view begins[] = {"svint", "svuint", "svfloat", "svbfloat", "svbool", "svcount"};
    return name.ends_with("_t") && std::ranges::any_of(begins, [&](auto begin) { return name.starts_with(begin); });
}

// What a declarator makes of a type.
struct derivation {
    type_kind kind; // pointer, array or function
    std::optional<std::size_t> count = {};
    signature called = {};
};

class reader {
  public:
    reader(std::string_view text, const type_names &names) : text_(text), names_(names) {}

    type read() {
        type whole = read_declaration();
        if (!next().empty())
            refuse_here("nothing more");
        return whole;
    }

  private:
    // The next token, "" at the end: a word, a number, "..." or a character.
    std::string_view next() {
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with("..."))
            return rest.substr(0, 3);
        std::size_t length = rest.empty() ? 0 : 1;
        if (!rest.empty() && (is_letter(rest[0]) || is_digit(rest[0])))
            while (length < rest.size() && (is_letter(rest[length]) || is_digit(rest[length])))
                ++length;
        return rest.substr(0, length);
    }

    bool reads(std::string_view token) {
        if (next() != token)
            return false;
        at_ += token.size();
        return true;
    }

    bool is_word() { return !next().empty() && is_letter(next()[0]); }

    std::string_view read_word() {
        const std::string_view word = next();
        at_ += word.size();
        return word;
    }

    [[noreturn]] void refuse_here(std::string_view expected) {
        const std::string_view found = next();
        std::string why("cbframe: expected ");
        why.append(expected).append(", found ");
        if (found.empty())
            why.append("the end");
        else
            why.append("'").append(found.substr(0, 64)).append("' at character ").append(std::to_string(at_ + 1));
        throw std::invalid_argument(why);
    }

    type read_declaration() {
        type base = read_specifiers();
        std::vector<derivation> outward; // from the name that is declared
        read_declarator(outward);
        for (; !outward.empty(); outward.pop_back())
            base = derived(base, outward.back());
        return base;
    }

    static type derived(const type &from, derivation &by) {
        if (by.kind == type_kind::pointer)
            return type::pointer(from);
        if (by.kind == type_kind::array)
            return by.count ? type::array(from, *by.count) : type::flexible_array(from);
        if (from.kind() == type_kind::array || from.kind() == type_kind::function)
            throw std::invalid_argument("cbframe: a function cannot return " + to_string(from));
        by.called.result = from;
        return type::function(by.called);
    }

    type read_specifiers() {
        word_counts counts{};
        bool has_words = false;
        std::optional<type> named;
        for (; is_word(); read_word()) {
            if (is_qualifier(next()))
                continue;
            const auto *const found = std::ranges::find(spelled, next());
            if (named || (found == std::end(spelled) && has_words))
                break;
            if (found == std::end(spelled)) {
                named = read_name();
            } else {
                has_words = true;
                ++counts[static_cast<std::size_t>(std::distance(std::begin(spelled), found))];
            }
        }
        if (named)
            return *named;
        if (!has_words)
            refuse_here("a type");
        return scalar_of(counts);
    }

    type scalar_of(word_counts counts) {
        const bool is_complex = counts[word_complex] == 1;
        counts[word_complex] -= is_complex;
        const auto *const found =
            std::ranges::find_if(scalars, [&](const scalar &each) { return is_named_by(each, counts); });
        if (found == std::end(scalars))
            throw std::invalid_argument("cbframe: the words before character " + std::to_string(at_ + 1) +
                                        " name no type together");
        return is_complex ? type::complex(found->kind) : type(found->kind);
    }

    // Stops at its last word.
    type read_name() {
        const std::size_t start = at_;
        std::string name(next());
        const bool has_tag = name == "struct" || name == "union" || name == "enum";
        const std::string keyword = name;
        if (has_tag) {
            at_ += name.size();
            if (!is_word())
                refuse_here("a tag");
            name.append(" ").append(next());
        }
        if (const auto found = names_.find(name); found != names_.end())
            return found->second;
        if (keyword == "struct")
            return type::incomplete_structure(next());
        if (keyword == "union")
            return type::incomplete_union(next());
        at_ = start;
        if (is_sve(name))
            throw std::invalid_argument("cbframe: vectors of SVE are not passed: '" + name + "' at character " +
                                        std::to_string(at_ + 1) + ": pass a pointer");
        refuse_here("a type");
    }

    void read_declarator(std::vector<derivation> &outward) {
        const deeper one_more(*this);
        std::size_t pointers = 0;
        for (; reads("*"); ++pointers)
            while (is_qualifier(next()))
                read_word();
        if (has_declarator_in_parentheses()) {
            reads("(");
            read_declarator(outward);
            if (!reads(")"))
                refuse_here("')'");
        } else if (is_word() && !is_keyword(next())) {
            read_word();
        }
        read_suffixes(outward);
        outward.insert(outward.end(), pointers, {.kind = type_kind::pointer});
    }

    // Otherwise parameters do: nobody writes a name alone in parentheses.
    bool has_declarator_in_parentheses() {
        const std::size_t start = at_;
        const bool has = reads("(") && (next() == "*" || next() == "(" || next() == "[");
        at_ = start;
        return has;
    }

    void read_suffixes(std::vector<derivation> &outward) {
        while (true) {
            if (reads("["))
                outward.push_back({.kind = type_kind::array, .count = read_length()});
            else if (reads("("))
                outward.push_back({.kind = type_kind::function, .called = read_parameters()});
            else
                return;
        }
    }

    std::optional<std::size_t> read_length() {
        std::optional<std::size_t> length;
        const std::string_view digits = next();
        if (!digits.empty() && is_digit(digits[0])) {
            const auto [end, error] = std::from_chars(digits.begin(), digits.end(), length.emplace());
            if (error != std::errc() || end != digits.end())
                refuse_here("a length");
            read_word();
        }
        if (!reads("]"))
            refuse_here("a length or ']'");
        return length;
    }

    signature read_parameters() {
        signature read;
        if (reads(")"))
            return read;
        do {
            if (!read.parameters.empty() && reads("...")) {
                read.variadic = true;
                break;
            }
            read.parameters.push_back(adjusted(read_declaration()));
        } while (reads(","));
        if (!reads(")"))
            refuse_here(read.variadic ? "')'" : "',' or ')'");
        if (read.parameters.size() == 1 && !read.variadic && read.parameters[0].kind() == type_kind::void_)
            read.parameters.clear();
        return read;
    }

    // 6.7.6.3, paragraphs 7 and 8.
    static type adjusted(const type &parameter) {
        if (parameter.kind() == type_kind::array)
            return type::pointer(parameter.element());
        return parameter.kind() == type_kind::function ? type::pointer(parameter) : parameter;
    }

    // As deep as types nest, and no deeper: this reader is recursive.
    class deeper {
      public:
        explicit deeper(reader &of) : depth_(of.depth_) {
            if (depth_ == deepest_type)
                throw std::invalid_argument("cbframe: types nest more than " + std::to_string(deepest_type) +
                                            " deep here");
            ++depth_;
        }
        deeper(const deeper &) = delete;
        deeper &operator=(const deeper &) = delete;
        ~deeper() { --depth_; }

      private:
        std::size_t &depth_;
    };

    std::string_view text_;
    const type_names &names_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

} // namespace

type parse_type(std::string_view text, const type_names &names) { return reader(text, names).read(); }

} // namespace cbf
