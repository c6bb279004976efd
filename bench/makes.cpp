// What it costs to make a callback and free it again.
#include "callbacks.hpp"

#include <benchmark/benchmark.h>

#include <thread>

#include <unistd.h>

namespace {

using namespace bench;

template <class Callback>
void make_and_free(benchmark::State &state) {
    for (auto _ : state) {
        const Callback callback;
        benchmark::DoNotOptimize(&callback);
    }
}

// In a process that has a second thread, where the C library's locks cost more.
template <class Callback>
void make_and_free_with_threads(benchmark::State &state) {
    static const bool started = (std::thread(pause).detach(), true);
    benchmark::DoNotOptimize(started);
    make_and_free<Callback>(state);
}

// Many more than are in quarantine at a time.
void measure(const char *name, void (*work)(benchmark::State &)) {
    benchmark::RegisterBenchmark(name, work)->Iterations(50'000);
}

[[gnu::constructor]] void register_makes() {
    measure("make libffi", make_and_free<libffi_closure>);
    measure("make libffcall", make_and_free<libffcall_callback>);
    measure("make c frame", make_and_free<c_frame<CBF_LEVEL_LEGACY>>);
    measure("make c closure", make_and_free<c_closure>);
    measure("make frame", make_and_free<cpp_frame>);
    measure("make frame, heap", make_and_free<heap_frame>);
    measure("make libffcall, threads", make_and_free_with_threads<libffcall_callback>);
    measure("make libffi, threads", make_and_free_with_threads<libffi_closure>);
    measure("make c closure, threads", make_and_free_with_threads<c_closure>);
    measure("make c frame, threads", make_and_free_with_threads<c_frame<CBF_LEVEL_LEGACY>>);
}

} // namespace
