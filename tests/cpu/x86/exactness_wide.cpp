// Level all: the upper halves of vector registers, and what only AVX-512 has.
#include "exactness_fixture.hpp"
#include "other_cpu.hpp"
#include "register_use.hpp"

#include <cstring>

namespace exactness {
namespace {

/// Whether XGETBV says that AVX is in its initial configuration after VZEROUPPER and SSE code: in 32-bit mode AMD's
/// Zen 4 does not.
bool cpu_tells_initial_avx() {
    if (!cpu_tells_xinuse())
        return false;
    use_wide_vectors();
    std::uint32_t xinuse, high;
    asm volatile("vzeroupper\n pxor %%xmm0, %%xmm0\n xgetbv" : "=a"(xinuse), "=d"(high) : "c"(1) : "xmm0");
    return (xinuse & COMPONENT_YMM) == 0;
}

class ExactnessOfAll : public testing::Test {
  protected:
    bits random{seed()};
    caller frame{frame_kind{level::all, handler_place::record}};

    state state_with_zero_upper_halves() {
        state made = random_caller(random);
        for (unsigned n = 0; n < vectors; ++n)
            std::memset(made.zmm[n] + 16, 0, 48);
        return made;
    }
    void SetUp() override {
        if ((cpu_components() & COMPONENT_YMM) == 0)
            GTEST_SKIP() << "this CPU has no AVX";
    }
};

// Zero upper halves come back by VZEROUPPER.
TEST_F(ExactnessOfAll, UpperHalvesOfZeroComeBack) {
    for (int round = 0; round < rounds / 4; ++round) {
        frame.call(state_with_zero_upper_halves(), [](cbf_cpu &) { use_wide_vectors(); });
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got_everything_back()) << "round " << round;
    }
}

TEST_F(ExactnessOfAll, UpperHalvesOfZeroLeaveAvxInItsInitialConfiguration) {
    if (!cpu_tells_initial_avx())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU, or one that says always that AVX is in use";
    for (int round = 0; round < 100; ++round) {
        frame.call(state_with_zero_upper_halves(), [](cbf_cpu &) { use_wide_vectors(); });
        ASSERT_EQ(frame.out().returned_xinuse & COMPONENT_YMM, 0u);
    }
}

// Or its SSE code would be slow.
TEST_F(ExactnessOfAll, TheHandlerRunsWithAvxInItsInitialConfiguration) {
    if (!cpu_tells_initial_avx())
        GTEST_SKIP() << "no XGETBV with ECX=1 on this CPU, or one that says always that AVX is in use";
    for (int round = 0; round < 100; ++round) {
        std::uint32_t xinuse = 0, high = 0;
        frame.call(random_state(random), [&](cbf_cpu &) {
            asm volatile("xgetbv" : "=a"(xinuse), "=d"(high) : "c"(1));
        });
        ASSERT_EQ(xinuse & COMPONENT_YMM, 0u);
    }
}

TEST_F(ExactnessOfAll, UpperHalvesCanBecomeZero) {
    for (int round = 0; round < rounds / 4; ++round) {
        const state written = state_with_zero_upper_halves();
        frame.call(random_caller(random), answer(written));
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_F(ExactnessOfAll, OneBitInAnUpperHalfComesBack) {
    for (unsigned n = 0; n < vectors; ++n)
        for (unsigned bit = 128; bit < ((cpu_components() & COMPONENTS_ZMM) != 0 ? 512u : 256u); ++bit) {
            state in = state_with_zero_upper_halves();
            in.zmm[n][bit / 8] = static_cast<std::uint8_t>(1u << bit % 8);
            frame.call(in, [](cbf_cpu &) { leave_wide_vectors(); });
            ASSERT_TRUE(frame.saw_everything()) << "bit " << bit << " of register " << n;
            ASSERT_TRUE(frame.got_everything_back()) << "bit " << bit << " of register " << n;
        }
}

TEST_F(ExactnessOfAll, OneBitInAnUpperHalfCanBeWritten) {
    for (unsigned n = 0; n < vectors; ++n)
        for (unsigned bit = 128; bit < ((cpu_components() & COMPONENTS_ZMM) != 0 ? 512u : 256u); ++bit) {
            const state in = state_with_zero_upper_halves();
            state written = state_with_zero_upper_halves();
            written.zmm[n][bit / 8] = static_cast<std::uint8_t>(1u << bit % 8);
            frame.call(in, answer(written));
            ASSERT_TRUE(frame.got(written)) << "bit " << bit << " of register " << n;
        }
}

// The other tests include ZMM0-31 and k0-k7 where there are any; this one says when there are none.
TEST_F(ExactnessOfAll, Zmm16To31AndOpmasksAreExact) {
    if ((cpu_components() & COMPONENTS_ZMM) == 0)
        GTEST_SKIP() << "this CPU has no AVX-512 (F and BW): ZMM0-31 and k0-k7 are not tested";
    for (int round = 0; round < rounds; ++round) {
        const state in = round % 2 == 0 ? random_caller(random) : state_with_zero_upper_halves();
        const state written = round % 3 == 0 ? random_state(random) : state_with_zero_upper_halves();
        frame.call(in, [&](cbf_cpu &cpu) {
            use_wide_vectors();
            write(written, cpu);
        });
        ASSERT_TRUE(frame.saw_everything()) << "round " << round;
        ASSERT_TRUE(frame.got(written)) << "round " << round;
    }
}

TEST_P(Exactness, HoldsOnACpuWithoutAvx) {
    const other_cpu without_avx(cbf_x86_components, 0);
    for (int round = 0; round < rounds / 2; ++round) {
        const state in = random_caller(random), written = random_state(random);
        frame.call(in, answer(written));
        ASSERT_EQ(frame.seen().components, 0u);
        ASSERT_TRUE(frame.saw(0)) << "round " << round;
        ASSERT_TRUE(frame.got(written, 0, 0)) << "round " << round;
    }
}

} // namespace
} // namespace exactness
