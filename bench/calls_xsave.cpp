// What one call costs beside a frame that XSAVE makes.
#include "call_repeatedly.hpp"
#include "callbacks.hpp"
#include "xsave_frame.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace bench;

// Makes the calls of a scope with the upper half of a YMM register in use.
class upper_half_used {
  public:
    upper_half_used() { asm volatile("vcmptrueps %%ymm15, %%ymm15, %%ymm15" : : : "xmm15"); }
    upper_half_used(const upper_half_used &) = delete;
    upper_half_used &operator=(const upper_half_used &) = delete;
    ~upper_half_used() { asm volatile("vzeroupper"); }
};

template <class Callback>
void call_with_upper_half(benchmark::State &state) {
    const upper_half_used used;
    call<Callback>(state);
}

[[gnu::constructor]] void register_calls() {
    if (!xsave_frame::supported())
        return;
    measure("call xsave frame", call<xsave_frame>);
    measure("call c frame, all, upper", call_with_upper_half<c_frame<CBF_LEVEL_ALL>>);
    measure("call xsave frame, upper", call_with_upper_half<xsave_frame>);
}

} // namespace
