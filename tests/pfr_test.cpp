// What Boost.PFR sees needs no description.
#include <cbframe/pfr.hpp>

#include <cbframe/callback.hpp>

#include <gtest/gtest.h>

namespace {

using cbframe::callback;

struct seen_inside {
    short s;
    float f;
};
struct seen {
    int i;
    seen_inside inside;
    const char *text;
};
struct seen_and_empty {};

TEST(Pfr, PlainAggregatesNeedNoDescription) {
    const double factor = 2;
    const callback<seen(seen)> direct{[&](seen s) {
        return seen{s.i + 1, {static_cast<short>(s.inside.s + 1), static_cast<float>(s.inside.f * factor)}, s.text};
    }};
    const seen result = direct({1, {2, 3.5F}, "text"});
    EXPECT_EQ(result.i, 2);
    EXPECT_EQ(result.inside.s, 3);
    EXPECT_EQ(result.inside.f, 7.0F);
    EXPECT_STREQ(result.text, "text");
}

#if !(defined(__clang__) && defined(__i386__)) // refuses it

TEST(Pfr, AnEmptyClassIsAnArgument) {
    const callback<int(int, seen_and_empty, int)> sum{[](int a, seen_and_empty, int b) { return a + b; }};
    EXPECT_EQ(sum(40, {}, 2), 42);
}

#endif

struct described {
    float x, y;
};

} // namespace

template <>
struct cbframe::describe<described> : cbframe::fields<&described::x, &described::y> {};

namespace {

TEST(Pfr, ADescriptionGoesFirst) {
    static_assert(std::is_base_of_v<cbframe::fields<&described::x, &described::y>, cbframe::describe<described>>);
    const callback<float(described)> sum{[](described d) { return d.x + d.y; }};
    EXPECT_EQ(sum({1, 2}), 3);
}

} // namespace
