// What one call of a function costs into which SafetyHook has patched a hook that counts.
#include "call_repeatedly.hpp"

#include <safetyhook.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <stdexcept>

namespace {

using namespace bench;

std::size_t calls = 0;

// With the five bytes that a hook replaces.
[[gnu::noipa, gnu::patchable_function_entry(5)]] int hooked(int a, int b) { return a + b; }

void call_hooked(benchmark::State &state) {
    const SafetyHookMid hook = safetyhook::create_mid(hooked, [](SafetyHookContext &) { ++calls; });
    if (!hook)
        throw std::runtime_error("SafetyHook makes no hook");
    call_repeatedly(state, hooked, 20, 22);
}

[[gnu::constructor]] void register_calls() { measure("call safetyhook mid hook", call_hooked); }

} // namespace
