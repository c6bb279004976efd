// Calls of frames, to be unwound. The caller is exactness_call, in assembly.
#pragma once

#include "frame_kind.hpp"
#include "sanitizers.hpp"
#include "seed.hpp"
#include "unwind_cpu.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ios>
#include <memory>
#include <utility>

namespace unwinding {

using cbframe::level;

class Unwinding : public testing::TestWithParam<frame_kind> {
  protected:
    bits random{seed()};

    std::unique_ptr<callee> make(std::function<void(cbf_cpu &)> act) {
        return std::make_unique<callee>(GetParam(), std::move(act));
    }
};

/// Whether exactness_call ended with an exception, which left the stack pointer and the registers that a callee
/// preserves as they were in the call.
inline testing::AssertionResult caught(const state &in, const state &out, int result) {
    if (result != 1)
        return testing::AssertionFailure() << "no exception arrived";
    if (out.gpr[exactness::SP] != out.called_sp)
        return testing::AssertionFailure() << "the stack pointer is off by " << out.gpr[exactness::SP] - out.called_sp;
    for (const preserved_register &each : preserved)
        if (in.gpr[each.index] != out.gpr[each.index])
            return testing::AssertionFailure() << each.name << ": expected 0x" << std::hex << in.gpr[each.index]
                                               << ", got 0x" << out.gpr[each.index];
    return testing::AssertionSuccess();
}

} // namespace unwinding
