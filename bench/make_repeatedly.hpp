// What measures making a callback of callbacks.hpp or peers.hpp and freeing it again.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <thread>

namespace bench {

template <class Callback>
void make_and_free(benchmark::State &state) {
    for (auto _ : state) {
        const Callback callback;
        benchmark::DoNotOptimize(&callback);
    }
}

/// A second thread that does nothing for as long as the process lives.
inline void start_thread() {
    std::thread([] { std::this_thread::sleep_for(std::chrono::hours(24)); }).detach();
}

/// In a process that has a second thread, where the C library's locks cost more.
template <class Callback>
void make_and_free_with_threads(benchmark::State &state) {
    static const bool started = (start_thread(), true);
    benchmark::DoNotOptimize(started);
    make_and_free<Callback>(state);
}

/// Many more than are in quarantine at a time.
inline void measure_making(const char *name, void (*work)(benchmark::State &)) {
    benchmark::RegisterBenchmark(name, work)->Iterations(50'000);
}

} // namespace bench
