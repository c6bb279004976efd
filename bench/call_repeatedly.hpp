// The loop that measures a call, the loop's own overhead included.
#pragma once

#include <benchmark/benchmark.h>

namespace bench {

template <class Result, class... Arguments>
void call_repeatedly(benchmark::State &state, Result (*callee)(Arguments...), Arguments... arguments) {
    asm volatile("" : "+r"(callee)); // DoNotOptimize, for a variable, may take it from another place than it has put it
    for (auto _ : state)
        benchmark::DoNotOptimize(callee(arguments...));
}

} // namespace bench
