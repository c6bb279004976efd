// Where a closure's arguments and result lie when their registers are not where a value of their type may lie.
#include "closure_bytes.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

using namespace cbframe;

struct alignas(16) padded {
    float value;
};

const type padded_type =
    type::structure("padded", {{.name = "value", .type = type_kind::float_, .bits = {}}}, {.alignment = 16});

TEST(ClosureBytes, one_that_is_half_padding_can_be_overwritten) {
    const signature signature{
        type_kind::void_, {padded_type, type_kind::float_, padded_type, type_kind::float_}, false};
    float sum = 0;
    const closure c(signature, [&](arguments &args) {
        for (std::size_t i : {std::size_t{0}, std::size_t{2}}) {
            EXPECT_EQ(misplaced(args.data(i), alignof(padded)), 0U);
            sum += args.get<padded>(i).value;
            std::memset(args.data(i), 0xff, sizeof(padded));
        }
        sum += args.get<float>(1) + args.get<float>(3);
    });
    c.as<void(padded, float, padded, float)>()({1}, 2, {4}, 8);
    EXPECT_EQ(sum, 15);
}

// As many as there are registers: more than the usual entry has room for.
TEST(ClosureBytes, fourteen_that_are_half_padding_can_be_overwritten) {
    struct alignas(16) padded_integer {
        int value;
    };
    const type integer =
        type::structure("padded_integer", {{.name = "value", .type = type_kind::int_, .bits = {}}}, {.alignment = 16});
    signature signature{type_kind::void_, std::vector<type>(6, integer), false};
    signature.parameters.insert(signature.parameters.end(), 8, padded_type);
    double sum = 0;
    const closure c(signature, [&](arguments &args) {
        for (std::size_t i = 0; i < args.count(); i++) {
            EXPECT_EQ(misplaced(args.data(i), 16), 0U);
            sum += i < 6 ? args.get<padded_integer>(i).value : double{args.get<padded>(i).value};
            std::memset(args.data(i), 0xff, 16);
        }
    });
    using i = padded_integer;
    using f = padded;
    c.as<void(i, i, i, i, i, i, f, f, f, f, f, f, f, f)>()({1}, {2}, {4}, {8}, {16}, {32}, {64}, {128}, {256}, {512},
                                                           {1024}, {2048}, {4096}, {8192});
    EXPECT_EQ(sum, 16383);
}

TEST(ClosureBytes, variadic_ones_are_aligned) {
    const type mixed_type = type::structure("mixed",
                                            {{.name = "number", .type = type_kind::double_, .bits = {}},
                                             {.name = "count", .type = type_kind::long_, .bits = {}}},
                                            {.alignment = 16});
    int calls = 0;
    const closure c(signature::of<void(int, ...)>(), [&](arguments &args) {
        calls++;
        const auto *const both = static_cast<mixed *>(args.next(mixed_type));
        ASSERT_EQ(misplaced(both, alignof(mixed)), 0U);
        EXPECT_EQ(both->number, 1.5);
        EXPECT_EQ(both->count, 7);
        EXPECT_EQ(args.next<int>(), 8);
    });
    c.as<void(int, ...)>()(1, mixed{1.5, 7}, 8);
    EXPECT_EQ(calls, 1);
}

#if defined(__SIZEOF_INT128__)

__extension__ typedef __int128 int128;

TEST(ClosureBytes, an_int128_in_the_second_and_third_register_is_aligned) {
    int128 got = 0;
    const closure c(signature::of<void(int, int128, int)>(), [&](arguments &args) {
        EXPECT_EQ(misplaced(args.data(1), alignof(int128)), 0U);
        got = args.get<int128>(1);
        EXPECT_EQ(args.get<int>(2), 3);
    });
    const int128 passed = (int128{7} << 64) + 5;
    c.as<void(int, int128, int)>()(1, passed, 3);
    EXPECT_TRUE(got == passed);
}

TEST(ClosureBytes, a_variadic_int128_is_aligned) {
    int calls = 0;
    const closure c(signature::of<void(int, ...)>(), [&](arguments &args) {
        calls++;
        const auto *const wide = static_cast<int128 *>(args.next(type_kind::int128));
        ASSERT_EQ(misplaced(wide, alignof(int128)), 0U);
        EXPECT_TRUE(*wide == -5);
    });
    c.as<void(int, ...)>()(1, int128{-5});
    EXPECT_EQ(calls, 1);
}

#endif

} // namespace
