// At every instruction of a call an unwinder finds the way back to the caller, with the registers that a callee
// preserves.
#include "stepping_windows.hpp"

namespace {

using namespace unwinding;

constexpr std::uint32_t id_flag = 1 << 21, direction_flag = 0x400;

TEST_P(EveryInstruction, OfAPlainCall) {
    act = [](cbframe::cpu *) {};
    expect_way_back();
}

TEST_P(EveryInstruction, OfACallWithHostileFlags) {
    act = [](cbframe::cpu *) {};
    expect_way_back(direction_flag);
}

TEST_P(EveryInstruction, OfACallWhoseHandlerChangesFlags) {
    act = [](cbframe::cpu *cpu) {
        if (cpu != nullptr)
            cpu->EFLAGS.val ^= id_flag;
    };
    expect_way_back();
}

} // namespace
