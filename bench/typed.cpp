// What typed callbacks cost: one call, and to make one. The handlers compute the same as those in peers.cpp.
#include "call_repeatedly.hpp"
#include "signatures.hpp"

#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>

#include <benchmark/benchmark.h>

template <>
struct cbframe::describe<bench::pair_of_doubles>
    : cbframe::fields<&bench::pair_of_doubles::x, &bench::pair_of_doubles::y> {};
template <>
struct cbframe::describe<bench::sixty_four_bytes> : cbframe::fields<&bench::sixty_four_bytes::words> {};

namespace {

using namespace bench;
using cbframe::arguments;
using cbframe::closure;
using cbframe::signature;

// ---------------------------------------------------------------- two numbers

void call_callback(benchmark::State &state) {
    const int zero = 0;
    const cbframe::callback<int(int, int)> made{[&zero](int a, int b) { return a + b + zero; }};
    call_repeatedly(state, made.get(), 20, 22);
}

void call_closure(benchmark::State &state) {
    const closure made{signature::of<int(int, int)>(),
                       [](arguments &got) { got.result(got.get<int>(0) + got.get<int>(1)); }};
    call_repeatedly(state, made.as<int(int, int)>(), 20, 22);
}

// ---------------------------------------------------------------- more arguments than registers

void call_callback_with_many(benchmark::State &state) {
    const int zero = 0;
    const cbframe::callback<many> made{[&zero](int a, int b, int c, int d, int e, int f, int g, int h) {
        return a + b + c + d + e + f + g + h + zero;
    }};
    call_repeatedly(state, made.get(), 1, 2, 3, 4, 5, 6, 7, 8);
}

// ---------------------------------------------------------------- structures

void call_closure_with_pair(benchmark::State &state) {
    const closure made{signature::of<swap>(), [](arguments &got) {
                           const auto &[x, y] = got.get<pair_of_doubles>(3);
                           got.result(pair_of_doubles{y, x});
                       }};
    call_repeatedly(state, made.as<swap>(), static_cast<void *>(nullptr), static_cast<void *>(nullptr),
                    static_cast<void *>(nullptr), pair_of_doubles{1, 2});
}

void call_closure_with_large(benchmark::State &state) {
    const closure made{signature::of<large>(), [](arguments &got) {
                           auto &result = *static_cast<sixty_four_bytes *>(got.result());
                           result = got.get<sixty_four_bytes>(0);
                           ++result.words[0];
                       }};
    call_repeatedly(state, made.as<large>(), sixty_four_bytes{});
}

[[gnu::noinline]] sixty_four_bytes plain_large(sixty_four_bytes value) {
    ++value.words[0];
    return value;
}

void call_plain_with_large(benchmark::State &state) { call_repeatedly(state, plain_large, sixty_four_bytes{}); }

// ---------------------------------------------------------------- to make one

void make_closure(benchmark::State &state) {
    const cbframe::prepared_signature prepared(signature::of<int(int, int)>());
    for (auto _ : state) {
        const closure made{prepared, [](arguments &got) { got.result(got.get<int>(0) + got.get<int>(1)); }};
        benchmark::DoNotOptimize(&made);
    }
}

void make_callback(benchmark::State &state) {
    const int zero = 0;
    for (auto _ : state) {
        const cbframe::callback<int(int, int)> made{[&zero](int a, int b) { return a + b + zero; }};
        benchmark::DoNotOptimize(&made);
    }
}

[[gnu::constructor]] void register_typed() {
    measure("call callback", call_callback);
    measure("call closure", call_closure);
    measure("call callback, many", call_callback_with_many);
    measure("call closure, pair", call_closure_with_pair);
    measure("call closure, large", call_closure_with_large);
    measure("call plain, large", call_plain_with_large);
    measure("make closure", make_closure);
    measure("make callback", make_callback);
}

} // namespace
