// What one call costs with x87 in use, and without it.
#include "call_repeatedly.hpp"
#include "callbacks.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace bench;

// Makes the calls of a scope with x87 as a division by `divisor` leaves it: in use, its stack empty,
// and for 0 with a flag set in the status word.
class x87_used {
  public:
    explicit x87_used(double divisor) { asm volatile("fld1; fdivl %0; fstp %%st(0)" : : "m"(divisor)); }
    x87_used(const x87_used &) = delete;
    x87_used &operator=(const x87_used &) = delete;
    ~x87_used() { asm volatile("fninit"); }
};

void call_after_x87(benchmark::State &state) {
    const x87_used used(1);
    call<cpp_frame>(state);
}

void call_with_x87_flag(benchmark::State &state) {
    const x87_used used(0);
    call<cpp_frame>(state);
}

[[gnu::constructor]] void register_calls() {
    measure("call frame, x87 used", call_after_x87);
    measure("call frame, x87 flag", call_with_x87_flag);
    measure("call c frame, sse", call<c_frame<CBF_LEVEL_SSE>>);
    measure("call tap, sse", call<c_tap<CBF_LEVEL_SSE>>);
}

} // namespace
