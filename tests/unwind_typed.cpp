// Exceptions find their way through closures and callbacks.
#include "unwind_typed.hpp"

#include <string>

namespace unwinding {
namespace {

using narrow_vector = float __attribute__((vector_size(16)));
struct two_kinds {
    long a;
    double b;
};
struct large {
    long a, b, c;
};

} // namespace
} // namespace unwinding

template <>
struct cbframe::describe<unwinding::two_kinds> : cbframe::fields<&unwinding::two_kinds::a, &unwinding::two_kinds::b> {};
template <>
struct cbframe::describe<unwinding::large>
    : cbframe::fields<&unwinding::large::a, &unwinding::large::b, &unwinding::large::c> {};

namespace unwinding {
namespace {

constexpr typed_way typed_ways[] = {
    {"FewGeneral", make_closure<int(int, int)>},
    {"General", make_closure<int(int, int, int, int, int, int)>},
    {"FewVectors", make_closure<double(double, int)>},
    {"Vectors", make_closure<double(double, double, double, double, double)>},
    {"NarrowInteger", make_closure<signed char(int)>},
    {"TwoKinds", make_closure<two_kinds(two_kinds)>},
    {"HiddenPointer", make_closure<large(large)>},
    {"LongDouble", make_closure<long double(long double)>},
    {"WholeVectors", make_closure<narrow_vector(narrow_vector)>},
    {"Variadic", make_closure<int(const char *, ...)>},
    {"Callback0", make_callback<void>},
    {"Callback1", make_callback<int, int>},
    {"Callback2", make_callback<int, int, int>},
    {"Callback3", make_callback<int, int, int, int>},
    {"Callback4", make_callback<int, int, int, int, int>},
    {"Callback5", make_callback<int, int, int, int, int, int>},
    {"Callback6", make_callback<int, int, int, int, int, int, int>},
    {"Callback7", make_callback<int, int, int, int, int, int, int, int>},
    {"Callback8", make_callback<int, int, int, int, int, int, int, int, int>},
};

INSTANTIATE_TEST_SUITE_P(Typed, TypedUnwinding, testing::ValuesIn(typed_ways),
                         [](const testing::TestParamInfo<typed_way> &test) { return std::string(test.param.name); });

TEST_P(TypedUnwinding, ACallKeepsWhatTheCallerNeeds) {
    const auto target = make([] {});
    for (int round = 0; round < 100; ++round) {
        const state in = aligned_random_state(random);
        state out{};
        ASSERT_EQ(exactness_call(&in, &out, target->address()), 0);
        for (const preserved_register &each : preserved)
            ASSERT_EQ(in.gpr[each.index], out.gpr[each.index]) << each.name;
        ASSERT_EQ(out.gpr[exactness::SP], out.called_sp + target->popped);
    }
}

TEST_P(TypedUnwinding, AnExceptionLeavesTheCallersRegistersAsTheyWere) {
    const auto target = make([] { throw 1; });
    for (int round = 0; round < 100; ++round) {
        const state in = aligned_random_state(random);
        state out{};
        const int result = exactness_call(&in, &out, target->address());
        ASSERT_TRUE(caught(in, out, result)) << "round " << round;
    }
}

TEST_P(TypedUnwinding, ASlotIsALandingPad) {
    EXPECT_TRUE(is_landing_pad(make([] {})->address()));
}

} // namespace
} // namespace unwinding
