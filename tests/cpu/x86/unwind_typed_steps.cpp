// Closures and callbacks of x86's own, and each instruction of all of them.
#include "unwind_stepping.hpp"
#include "unwind_typed.hpp"

#include <string>

namespace unwinding {
namespace {

#if defined(__x86_64__)
const cbframe::abi::convention *const ms_x64 = &cbframe::abi::ms_x64;
const cbframe::abi::convention *const vectorcall = &cbframe::abi::vectorcall_x64;
#else
const cbframe::abi::convention *const stdcall = &cbframe::abi::stdcall_x86_sysv;
const cbframe::abi::convention *const fastcall = &cbframe::abi::fastcall_x86_sysv;
const cbframe::abi::convention *const vectorcall = &cbframe::abi::vectorcall_x86_msvc;
#endif

using wide_vector = float __attribute__((vector_size(32)));
[[maybe_unused]] typedef int small_vector __attribute__((vector_size(8)));

constexpr typed_way ways_of_x86[] = {
    {"WideVectors", make_closure<wide_vector(wide_vector)>},
#if defined(__x86_64__)
    {"Microsoft", make_closure<double(int, double), &ms_x64>},
#else
    {"Stdcall1", make_closure<void(int), &stdcall>},
    {"Stdcall2", make_closure<void(int, int), &stdcall>},
    {"Stdcall3", make_closure<double(int, double), &stdcall>},
    {"Stdcall4", make_closure<void(double, double), &stdcall>},
    {"Stdcall5", make_closure<void(int, double, double), &stdcall>},
    {"Stdcall6", make_closure<void(double, double, double), &stdcall>},
    {"Stdcall7", make_closure<void(int, double, double, double), &stdcall>},
    {"Stdcall8", make_closure<void(double, double, double, double), &stdcall>},
    {"Stdcall9", make_closure<void(int, double, double, double, double), &stdcall>},
    {"Fastcall", make_closure<int(int, int, int, int), &fastcall>},
    {"SmallVectors", make_closure<void(small_vector, int)>},
#endif
    {"MicrosoftWide", make_closure<wide_vector(int, wide_vector), &vectorcall>},
#if defined(__i386__) && !defined(__clang__)
    {"CallbackEcx", make_callback_of<void __attribute__((fastcall)) (), void>},
    {"CallbackEdx", make_callback_of<void __attribute__((fastcall)) (int), void, int>},
#endif
};

INSTANTIATE_TEST_SUITE_P(TypedOfX86, TypedUnwinding, testing::ValuesIn(ways_of_x86),
                         [](const testing::TestParamInfo<typed_way> &test) { return std::string(test.param.name); });

TEST_P(TypedUnwinding, EveryInstruction) {
    if (!can_step())
        GTEST_SKIP() << "ThreadSanitizer does not stand single steps";
    const auto target = make([] {});
    const state in = random_state(random);
    single_step steps(target->address(), false);
    steps.run(in, in, target->popped, 0);
    EXPECT_EQ(steps.failures(), "");
    EXPECT_GT(steps.instructions(), 5u) << "steps were missed";
}

} // namespace
} // namespace unwinding
