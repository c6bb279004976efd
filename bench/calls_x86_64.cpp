// What one call costs where arguments are in XMM registers.
#include "call_repeatedly.hpp"

#include <cbframe/frame.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace bench;

void call_with_doubles(benchmark::State &state) {
    const cbframe::frame frame([](cbframe::cpu &cpu) { cpu.XMM[0].lo.f += cpu.XMM[1].lo.f; });
    call_repeatedly(state, frame.as<double(double, double)>(), 20.0, 22.0);
}

[[gnu::constructor]] void register_calls() { measure("call frame, doubles", call_with_doubles); }

} // namespace
