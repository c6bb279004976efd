// Callbacks of every kind that a program makes before main: no part of the library may have to be initialised first.
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include "native.h"

#include <gtest/gtest.h>

namespace {

const cbframe::frame early_frame([](cbframe::cpu &cpu) { native_return(&cpu, native_argument(&cpu, 0) + 1); });
const cbframe::frame early_all([](cbframe::cpu &cpu) { native_return(&cpu, native_argument(&cpu, 0) + 2); },
                               cbframe::level::all);
const cbframe::callback<int(int)> early_callback{[](int n) { return n + 3; }};
const cbframe::closure early_closure{cbframe::signature::of<int(int)>(),
                                     [](cbframe::arguments &args) { args.result(args.get<int>(0) + 4); }};

TEST(Early, EveryKindWorks) {
    EXPECT_EQ(early_frame.as<int(int)>()(10), 11);
    EXPECT_EQ(early_all.as<int(int)>()(10), 12);
    EXPECT_EQ(early_callback(10), 13);
    EXPECT_EQ(early_closure.as<int(int)>()(10), 14);
}

TEST(Early, NoSlotIsForgotten) {
    EXPECT_EQ(cbframe::pool_stats().live, 4U);
    const cbframe::frame later([](cbframe::cpu &cpu) { native_return(&cpu, 5); });
    EXPECT_NE(later.address(), early_frame.address());
    EXPECT_EQ(later.as<int(int)>()(10), 5);
    EXPECT_EQ(early_frame.as<int(int)>()(10), 11);
}

} // namespace
