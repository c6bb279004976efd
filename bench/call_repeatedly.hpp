// What measures a call, the loop's own overhead included.
#pragma once

#include <benchmark/benchmark.h>

namespace bench {

template <class Result, class... Arguments>
void call_repeatedly(benchmark::State &state, Result (*callee)(Arguments...), Arguments... arguments) {
    asm volatile("" : "+r"(callee)); // DoNotOptimize, for a variable, may take it from another place than it has put it
    for (auto _ : state)
        benchmark::DoNotOptimize(callee(arguments...));
}

/// Of a callback of callbacks.hpp.
template <class Callback>
void call(benchmark::State &state) {
    const Callback callback;
    call_repeatedly(state, callback.address(), 20, 22);
}

/// As many calls as take a millisecond or so, so that nothing disturbs most repetitions.
inline benchmark::internal::Benchmark *measure(const char *name, void (*work)(benchmark::State &)) {
    return benchmark::RegisterBenchmark(name, work)->Iterations(20'000);
}

} // namespace bench
