// C types as values: what can be built, what cannot, and how it reads.
#include <cbframe/abi.hpp>
#include <cbframe/spelling.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using cbframe::field;
using cbframe::signature;
using cbframe::to_string;
using cbframe::type;
using enum cbframe::type_kind;

field plain(const char *name, const type &of) { return {.name = name, .type = of, .bits = {}}; }
field bits(const char *name, const type &of, unsigned width) { return {.name = name, .type = of, .bits = width}; }

type point() { return type::structure("point", {plain("x", int_), plain("y", int_)}); }

template <class Build>
std::string refusal(Build &&build) {
    try {
        build();
    } catch (const cbframe::error &error) {
        return error.what();
    }
    return "";
}

TEST(AbiType, copies_share_and_compare_by_shape) {
    const type one = point();
    const type copy = one;
    EXPECT_EQ(one, copy);
    EXPECT_EQ(one, point());
    EXPECT_NE(one, type::structure("point", {plain("x", int_), plain("z", int_)}));
    EXPECT_NE(one, type::union_("point", {plain("x", int_), plain("y", int_)}));
    EXPECT_NE(one, type::structure("point", {plain("x", int_), plain("y", int_)}, {.packed = true}));
    EXPECT_NE(type(int_), type(unsigned_int));
    EXPECT_EQ(type::pointer(one), type::pointer(point()));
}

TEST(AbiType, a_moved_from_type_can_be_compared_and_assigned) {
    type from = point();
    const type to = std::move(from);
    EXPECT_EQ(to, point());
    from = int_;
    EXPECT_EQ(from, type(int_));
}

TEST(AbiType, a_structure_contains_a_pointer_to_itself) {
    const type node = type::structure(
        "node", {plain("next", type::pointer(type::incomplete_structure("node"))), plain("value", int_)});
    EXPECT_TRUE(node.is_complete());
    EXPECT_EQ(to_string(node.fields()[0].type), "struct node *");
    EXPECT_FALSE(node.fields()[0].type.element().is_complete());
}

TEST(AbiType, spelling_is_that_of_c) {
    EXPECT_EQ(to_string(unsigned_long_long), "unsigned long long");
    EXPECT_EQ(to_string(type::complex(long_double)), "_Complex long double");
    EXPECT_EQ(to_string(type::complex(unsigned_long)), "_Complex unsigned long");
    EXPECT_EQ(to_string(type::vector(long_, 16)), "long __attribute__((vector_size(16 * sizeof(long))))");
    EXPECT_EQ(to_string(type::array(int_, 3)), "int [3]");
    EXPECT_EQ(to_string(type::array(int_, 3), "a"), "int a[3]");
    EXPECT_EQ(to_string(type::pointer(type::array(char_, 4)), "p"), "char (*p)[4]");
    EXPECT_EQ(to_string(type::enumeration("color")), "enum color");
    EXPECT_EQ(to_string(type::vector(float_, 4)), "float __attribute__((vector_size(16)))");
    const signature compare{int_, {type::pointer(), type::pointer()}};
    EXPECT_EQ(to_string(type::function(compare)), "int (void *, void *)");
    EXPECT_EQ(to_string(type::function({type::pointer(char_)})), "char *(void)");
    EXPECT_EQ(to_string(type::pointer(type::function(compare)), "compare"), "int (*compare)(void *, void *)");
    EXPECT_EQ(to_string(signature{int_, {type::pointer(char_)}, true}), "int (char *, ...)");
    EXPECT_EQ(to_string(signature{}), "void (void)");
}

TEST(AbiType, bad_builds_say_why) {
    EXPECT_NE(refusal([] { (void)type(structure); }), "");
    EXPECT_NE(refusal([] { type::complex(bool_); }), "");
    EXPECT_NE(refusal([] { type::enumeration("e", double_); }), "");
    EXPECT_NE(refusal([] { type::array(void_, 3); }), "");
    EXPECT_NE(refusal([] { type::array(type::flexible_array(int_), 3); }), "");
    EXPECT_NE(refusal([] { type::vector(float_, 3); }), "");
    EXPECT_NE(refusal([] { type::vector(long_double, 1); }), "");
    EXPECT_NE(refusal([] { type::vector(float_, 32); }), "");
    EXPECT_EQ(refusal([] { type::structure("s", {plain("v", void_)}); }),
              "cbframe: field 'v' is of type void, which has no size here");
    EXPECT_NE(refusal([] { type::structure("s", {plain("f", type::function({}))}); }), "");
    EXPECT_NE(refusal([] { type::structure("s", {plain("a", type::flexible_array(int_))}); }), "");
    EXPECT_NE(refusal([] { type::structure("s", {plain("a", type::flexible_array(int_)), plain("b", int_)}); }), "");
    EXPECT_NE(refusal([] { type::structure("s", {plain("i", type::incomplete_structure("i"))}); }), "");
    EXPECT_NE(refusal([] { type::structure("s", {bits("b", float_, 3)}); }), "");
    EXPECT_NE(refusal([] { type::structure("s", {bits("b", int_, 33)}); }), "");
    EXPECT_NE(refusal([] { type::structure("s", {bits("b", int_, 0)}); }), "");
    EXPECT_NE(refusal([] { type::structure("s", {}, {.alignment = 3}); }), "");
    EXPECT_NE(refusal([] { type::structure("s", {}, {.pack = 32}); }), "");
}

TEST(AbiType, depth_counts_what_is_nested) {
    EXPECT_EQ(type(int_).depth(), 0U);
    EXPECT_EQ(point().depth(), 1U);
    EXPECT_EQ(type::structure("empty", {}).depth(), 0U);
    EXPECT_EQ(type::pointer(type::array(point(), 3)).depth(), 3U);
    EXPECT_EQ(type::function({int_, {type::pointer(), type::pointer(point())}}).depth(), 3U);
    EXPECT_EQ(type::function({type::pointer(point()), {int_}}).depth(), 3U);
}

// Every way to make a type of another: of the deepest there is, none.
TEST(AbiType, nests_so_deep_and_no_deeper) {
    const std::pair<const char *, std::function<type(const type &)>> ways[] = {
        {"pointer", [](const type &of) { return type::pointer(of); }},
        {"array", [](const type &of) { return type::array(of, 1); }},
        {"structure",
         [](const type &of) {
             return type::structure("s", {plain("a", int_), plain("b", of)});
         }},
        {"union",
         [](const type &of) {
             return type::union_("u", {plain("a", of), plain("b", int_)});
         }},
        {"function's result",
         [](const type &of) {
             return type::pointer(type::function({of, {int_}}));
         }},
        {"function's parameter",
         [](const type &of) {
             return type::pointer(type::function({int_, {int_, of}}));
         }},
    };
    for (const auto &[name, make] : ways) {
        SCOPED_TRACE(name);
        type deepest = int_;
        std::string why;
        while ((why = refusal([&, more = make] { deepest = more(deepest); })).empty())
            ASSERT_LE(deepest.depth(), cbframe::deepest_type);
        EXPECT_GE(deepest.depth() + 2, cbframe::deepest_type);
        EXPECT_EQ(why, "cbframe: types nest more than 256 deep here");
        EXPECT_EQ(deepest, type(deepest));
        EXPECT_FALSE(to_string(deepest).empty());
    }
}

// Each level has two of the one below: 2^100 of the lowest, in 100 distinct types.
type shared(const std::function<type(const type &)> &make) {
    type made = int_;
    for (int i = 0; i < 100; i++)
        made = make(made);
    return made;
}

TEST(AbiType, types_that_share_parts_are_compared_part_by_part) {
    const auto pair = [](const type &of) { return type::structure("s", {plain("a", of), plain("b", of)}); };
    const auto function = [](const type &of) { return type::pointer(type::function({of, {of, of}})); };
    EXPECT_EQ(shared(pair), shared(pair));
    EXPECT_EQ(shared(function), shared(function));
    EXPECT_NE(shared(pair), shared(function));
    EXPECT_NE(pair(shared(pair)), pair(pair(shared(pair))));
    type other = unsigned_int;
    for (int i = 0; i < 100; i++)
        other = pair(other);
    EXPECT_NE(shared(pair), other);
}

TEST(AbiType, a_spelling_is_cut_where_it_gets_too_long) {
    const type many = shared([](const type &of) { return type::pointer(type::function({void_, {of, of}})); });
    const std::string text = to_string(many);
    EXPECT_TRUE(text.starts_with("void (*)(void (*)(void (*)("));
    EXPECT_TRUE(text.ends_with("), …), …), …)")) << text.substr(text.size() - 40);
    EXPECT_LT(text.size(), std::size_t{1} << 18);
    const std::string name(1000, 'n');
    const std::string parameters = to_string(signature{void_, {100, type::incomplete_structure(name)}, true});
    EXPECT_TRUE(parameters.ends_with(name + ", …, ...)")) << parameters.substr(parameters.size() - 40);
    EXPECT_LT(parameters.size(), std::size_t{1} << 17);
}

TEST(AbiType, a_moved_from_type_has_a_spelling) {
    type from = point();
    type pointer = type::pointer();
    const type to[] = {std::move(from), std::move(pointer)};
    EXPECT_EQ(to_string(from, "x"), "void x");             // NOLINT(bugprone-use-after-move)
    EXPECT_THROW((void)pointer.element(), cbframe::error); // NOLINT(bugprone-use-after-move)
}

TEST(AbiType, questions_that_a_type_cannot_answer) {
    EXPECT_THROW((void)type(int_).element(), cbframe::error);
    EXPECT_THROW((void)type(int_).called(), cbframe::error);
    EXPECT_EQ(type::flexible_array(int_).count(), std::nullopt);
    EXPECT_TRUE(type(int_).fields().empty());
}

} // namespace
