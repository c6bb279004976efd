// Exceptions go through whatever lies between a caller and a handler, and reach the caller with the registers that a
// callee preserves.
#include "unwind_windows.hpp"

#include <stdexcept>

namespace {

using namespace unwinding;

INSTANTIATE_TEST_SUITE_P(Kinds, Unwinding, testing::ValuesIn(kinds),
                         [](const auto &each) { return std::string(each.param.name); });

TEST_P(Unwinding, AnExceptionReachesTheCallerWithItsRegisters) {
    const target callee = GetParam().make();
    act = [](cbframe::cpu *) { throw std::runtime_error("thrown"); };
    for (int round = 0; round < 200; ++round) {
        const state in = random_state(random);
        ASSERT_EQ(call(in, callee), 1);
        ASSERT_EQ(differences(in, out), "");
        ASSERT_EQ(out.gpr[exactness::SP], out.called_sp);
    }
}

TEST_P(Unwinding, AnExceptionFindsTheCallersRegistersWhateverTheHandlerWrote) {
    const target callee = GetParam().make();
    act = [](cbframe::cpu *cpu) {
        if (cpu != nullptr) {
            for (const unsigned each : preserved)
                cpu->GPR[each].u = 0x1234;
            std::memset(cpu->XMM, 0x55, sizeof(cpu->XMM));
        }
        throw 1;
    };
    const state in = random_state(random);
    ASSERT_EQ(call(in, callee), 1);
    EXPECT_EQ(differences(in, out), "");
}

TEST_P(Unwinding, ExceptionsUnwindNestedCalls) {
    const target callee = GetParam().make();
    int depth = 0, destroyed = 0;
    struct counts {
        int *destroyed;
        ~counts() { ++*destroyed; }
    };
    std::vector<state> outs(50);
    act = [&](cbframe::cpu *) {
        const counts counted{&destroyed};
        if (++depth == 50)
            throw std::runtime_error("the innermost");
        const state in = random_state(random);
        if (exactness_call(&in, &outs[static_cast<std::size_t>(depth)], callee.address) == 1)
            throw std::runtime_error("again");
    };
    EXPECT_EQ(call(random_state(random), callee), 1);
    EXPECT_EQ(depth, 50);
    EXPECT_EQ(destroyed, 50);
}

} // namespace
