// What the C API does with the registers of x86: it pops arguments, and keeps a state.
#include "native.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace {

// ---------------------------------------------------------------- cbf_cpu_pop

TEST(CApiPop, moves_the_return_address_and_rsp) {
    std::array<std::uintptr_t, 8> stack{0x1111, 1, 2, 3, 4, 5, 6, 7};
    cbf_cpu cpu{};
    NATIVE_SP(&cpu).p = stack.data();
    cbf_cpu_pop(&cpu, 3 * sizeof(void *));
    EXPECT_EQ(NATIVE_SP(&cpu).p, &stack[3]);
    EXPECT_EQ(stack, (std::array<std::uintptr_t, 8>{stack[0], stack[1], stack[2], 0x1111, 4, 5, 6, 7}));
}

TEST(CApiPop, by_less_than_a_word) {
    std::array<unsigned char, 16> stack{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    cbf_cpu cpu{};
    constexpr std::ptrdiff_t bytes = sizeof(void *) / 2; // 4: a `ret 4` of code for 32 bits
    NATIVE_SP(&cpu).p = stack.data();
    cbf_cpu_pop(&cpu, bytes);
    EXPECT_EQ(NATIVE_SP(&cpu).p, &stack[bytes]);
    for (std::size_t i = 0; i < sizeof(void *); i++)
        EXPECT_EQ(stack[bytes + i], i + 1);
}

// ---------------------------------------------------------------- cbf_cpu_save, cbf_cpu_restore

template <class T>
bool same(const T &a, const T &b) {
    return std::memcmp(&a, &b, sizeof(a)) == 0;
}

struct numbered_state {
    explicit numbered_state(unsigned char seed, bool has_wide, bool has_x87) {
        fill(cpu, seed);
        fill(wide, static_cast<unsigned char>(seed + 1));
        cpu.wide = has_wide ? &wide : nullptr;
        cpu.FTWX.val = has_x87 ? 0x81 : 0;
    }
    template <class T>
    static void fill(T &of, unsigned char seed) {
        for (std::size_t i = 0; i < sizeof(of); i++)
            reinterpret_cast<unsigned char *>(&of)[i] = static_cast<unsigned char>(seed + i * 7);
    }
    cbf_cpu cpu;
    cbf_wide wide;
};

void expect_same(const cbf_cpu &cpu, const cbf_cpu &as) {
    EXPECT_TRUE(same(cpu.GPR, as.GPR));
    EXPECT_TRUE(same(cpu.EFLAGS, as.EFLAGS));
    EXPECT_EQ(cpu.wide, as.wide);
    EXPECT_EQ(cpu.FCW.val, as.FCW.val);
    EXPECT_EQ(cpu.FSW.val, as.FSW.val);
    EXPECT_EQ(cpu.FTWX.val, as.FTWX.val);
    EXPECT_EQ(cpu.FOP, as.FOP);
    EXPECT_EQ(cpu.FIP, as.FIP);
    EXPECT_EQ(cpu.FDP, as.FDP);
    EXPECT_EQ(cpu.MXCSR.val, as.MXCSR.val);
    EXPECT_EQ(cpu.MXCSR_MASK.val, as.MXCSR_MASK.val);
    EXPECT_TRUE(same(cpu.XMM, as.XMM));
    if (as.FTWX.val != 0) {
        EXPECT_TRUE(same(cpu.FPR, as.FPR));
    }
}

TEST(CApiSave, undoes_what_a_handler_does) {
    for (const bool has_wide : {false, true})
        for (const bool has_x87 : {false, true}) {
            SCOPED_TRACE(testing::Message() << "wide " << has_wide << ", x87 " << has_x87);
            numbered_state state(1, has_wide, has_x87);
            const cbf_cpu before = state.cpu;
            const cbf_wide wide_before = state.wide;
            cbf_saved_cpu saved;
            cbf_cpu_save(&state.cpu, &saved);
            expect_same(saved.cpu, before);

            numbered_state::fill(state.cpu, 99);
            state.cpu.FTWX.val = 0x18;
            if (has_wide)
                numbered_state::fill(state.wide, 101);
            cbf_cpu_restore(&state.cpu, &saved);
            expect_same(state.cpu, before);
            EXPECT_TRUE(same(state.wide, wide_before));
        }
}

TEST(CApiSave, copies_only_what_is_live) {
    const numbered_state state(1, false, false);
    cbf_saved_cpu saved, untouched;
    numbered_state::fill(saved, 50);
    numbered_state::fill(untouched, 50);
    cbf_cpu_save(&state.cpu, &saved);
    EXPECT_TRUE(same(saved.wide, untouched.wide));
    EXPECT_TRUE(same(saved.cpu.FPR, untouched.cpu.FPR));
}

// What Intel's manual and FXSAVE say of the struct; the build checks what the assembly uses.
static_assert(sizeof(cbf_tword) == 16);
static_assert(sizeof(cbf_cpu) - offsetof(cbf_cpu, FCW) == 512 && offsetof(cbf_cpu, FCW) % 16 == 0);

} // namespace
