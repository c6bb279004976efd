// Closures on x86-64: the Microsoft convention, wide vectors, __int128.
#include "has_avx.h"
#include "values.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <gtest/gtest.h>

#include <complex>
#include <cstring>
#include <type_traits>

namespace {

using namespace values;
using cbframe::arguments;
using cbframe::closure;
using cbframe::signature;
using cbframe::type;
namespace abi = cbframe::abi;

__extension__ using int128 = __int128;
using vector32 = double __attribute__((vector_size(32)));

template <class T>
class Values : public testing::Test {};

TYPED_TEST_SUITE(Values, types_and<int128>);

template <class R, class... Args>
void ms_round_trip(const R &result, const Args &...args) {
#if defined(__clang__)
    const abi::convention &by = abi::ms_x64;
#else
    const abi::convention &by = abi::ms_x64_mingw;
#endif
    const cbframe::prepared_signature prepared(signature::of<R(Args...)>(), by, cbframe::native_data_model());
    round_trip_by<R __attribute__((ms_abi)) (Args...)>(prepared, result, args...);
}

TYPED_TEST(Values, AreArgumentsAndResultsByTheMicrosoftConvention) {
    using T = TypeParam;
#if defined(__clang__)
    // clang returns them as System V does, whatever the attribute says.
    if constexpr (std::is_same_v<T, long double> || std::is_same_v<T, std::complex<long double>>)
        GTEST_SKIP() << "clang's ms_abi returns long double on the x87 stack";
#endif
    const T a = value_of<T>(3), b = value_of<T>(130), c = value_of<T>(200);
    ms_round_trip<T>(a);
    ms_round_trip<T>(b, a);
    ms_round_trip<T>(a, b, 1, 2.5, c, a, b, 3.5F, c);
    ms_round_trip<int>(77, a, b);
}

TEST(Closure, PassesWhatIsBehindAnEmptyClassByTheMicrosoftConvention) {
    ms_round_trip<int>(77, nothing(), 1L, nothing(), 3L, nothing(), 5.5, nothing(), 7L);
}

TEST(Closure, PassesAnInt128) {
    const auto a = value_of<int128>(3), b = value_of<int128>(130), c = value_of<int128>(200);
    round_trip<int128>(a);
    round_trip<int128>(c, a, b);
#if defined(__clang__)
    GTEST_SKIP() << "clang 14 passes an __int128 that finds one free register half in it";
#endif
    round_trip<int128>(a, b, 1, 2.5, c, a, b, c, a, b, c, a, b);
    round_trip<int128>(a, 1L, 2L, 3L, 4L, 5L, b, 6L, c);
    round_trip<int128>(a, 1., 2., 3., 4., 5., 6., 7., b, 8., c);
    round_trip<int>(77, a, b);
}

TEST(Variadic, ReadsAnInt128) {
    const closure made(signature::of<int128(int, ...)>(), [](arguments &got) {
        int128 sum = 0;
        for (int i = got.get<int>(0); i > 0; --i)
            sum += got.next<int128>() + got.next<int>();
        got.result(sum);
    });
    const int128 large = int128{1} << 100;
    EXPECT_TRUE(made.as<int128(int, ...)>()(2, large, 1, large, 2) == 2 * large + 3);
#if !defined(__clang__) // does not align one on the stack
    EXPECT_TRUE(made.as<int128(int, ...)>()(4, large, 1, large, 2, large, 3, large, 4) == 4 * large + 10);
#endif
}

TEST(Closure, PassesWideVectors) {
    if (!has_avx())
        GTEST_SKIP() << "this CPU has no AVX";
    vector32 seen{};
    int other = 0;
    const closure made(
        signature{type::vector(cbframe::type_kind::double_, 4),
                  {cbframe::type_kind::int_, type::vector(cbframe::type_kind::double_, 4)},
                  false},
        [&](arguments &got) {
            other = got.get<int>(0);
            std::memcpy(&seen, got.data(1), sizeof(seen));
            const vector32 sum = seen + seen;
            std::memcpy(got.result(), &sum, sizeof(sum));
        },
        abi::sysv_x64);
    // The test itself may be compiled without AVX: the call is made by code that is not.
    alignas(32) double in[4] = {1, 2, 3, 4}, out[4];
    const void *const address = made.address();
    register const double *const from asm("r12") = in; // no operand may be relative to RSP
    register double *const to asm("r13") = out;
    asm volatile("mov %%rsp, %%rbx\n and $-64, %%rsp\n vmovapd (%0), %%ymm0\n mov $5, %%edi\n call *%2\n"
                 "mov %%rbx, %%rsp\n vmovapd %%ymm0, (%1)\n vzeroupper"
                 :
                 : "r"(from), "r"(to), "r"(address)
                 : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc", "xmm0", "xmm1",
                   "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                   "xmm14", "xmm15");
    EXPECT_EQ(other, 5);
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(seen[i], in[i]);
        EXPECT_EQ(out[i], 2 * in[i]);
    }
}

TEST(PreparedSignature, LayoutHasTheSizesOfItsDataModel) {
    const cbframe::prepared_signature prepared(signature::of<long(char, long)>(), abi::ms_x64_mingw, abi::lp64_sysv);
    EXPECT_EQ(prepared.layout().arguments[1].size, 8U);
    EXPECT_EQ(prepared.plan()->places[1].size, 8U);
}

TEST(Variadic, ByTheMicrosoftConvention) {
    const cbframe::prepared_signature prepared(signature::of<double(int, ...)>(), abi::ms_x64,
                                               cbframe::native_data_model());
    const closure made(prepared, [](arguments &got) {
        double sum = 0;
        for (int i = got.get<int>(0); i > 0; --i) {
            sum += got.next<int>() + got.next<double>();
            sum += static_cast<double>(got.next<sixty_four_bytes>().a[7]);
            sum += got.next<one_float>().f;
        }
        got.result(sum);
    });
    using function = double(__attribute__((ms_abi)) *)(int, ...);
    const sixty_four_bytes large{{0, 0, 0, 0, 0, 0, 0, 1000}};
    EXPECT_EQ(reinterpret_cast<function>(made.address())(2, 1, 2.5, large, one_float{3}, 4, 5.5, large, one_float{6}),
              2022);
}

} // namespace
