// What typed callbacks cost: one call, and to make one. The handlers compute the same on both sides.
#include "call_repeatedly.hpp"
#include "callbacks.hpp"

#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>

#include <benchmark/benchmark.h>

#include <initializer_list>
#include <vector>

namespace {

using namespace bench;
using cbframe::arguments;
using cbframe::closure;
using cbframe::signature;

struct pair_of_doubles {
    double x, y;
};
struct sixty_four_bytes {
    long words[8];
};

} // namespace

template <>
struct cbframe::describe<pair_of_doubles> : cbframe::fields<&pair_of_doubles::x, &pair_of_doubles::y> {};
template <>
struct cbframe::describe<sixty_four_bytes> : cbframe::fields<&sixty_four_bytes::words> {};

namespace {

/// A structure of count equal elements, as libffi wants it.
struct ffi_structure {
    ffi_structure(std::size_t count, ffi_type *element) : elements(count, element) {
        elements.push_back(nullptr);
        described.type = FFI_TYPE_STRUCT;
        described.elements = elements.data();
    }
    std::vector<ffi_type *> elements;
    ffi_type described{};
};

/// A signature of libffi's.
struct ffi_signature {
    ffi_signature(ffi_type *result, std::initializer_list<ffi_type *> listed) : parameters(listed) {
        if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, static_cast<unsigned>(parameters.size()), result, parameters.data()) !=
            FFI_OK)
            throw std::runtime_error("libffi refuses a signature");
    }
    std::vector<ffi_type *> parameters;
    ffi_cif cif{};
};

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

using many = int(int, int, int, int, int, int, int, int);

void call_callback_with_many(benchmark::State &state) {
    const int zero = 0;
    const cbframe::callback<many> made{[&zero](int a, int b, int c, int d, int e, int f, int g, int h) {
        return a + b + c + d + e + f + g + h + zero;
    }};
    call_repeatedly(state, made.get(), 1, 2, 3, 4, 5, 6, 7, 8);
}

void sum_of_many(ffi_cif *, void *result, void **got, void *) {
    int sum = 0;
    for (int i = 0; i < 8; ++i)
        sum += *static_cast<int *>(got[i]);
    *static_cast<ffi_arg *>(result) = static_cast<ffi_arg>(sum);
}

void call_libffi_with_many(benchmark::State &state) {
    ffi_type *const number = &ffi_type_sint;
    ffi_signature called(number, {number, number, number, number, number, number, number, number});
    const ffi_closure_of made(&called.cif, sum_of_many);
    call_repeatedly(state, made.as<many>(), 1, 2, 3, 4, 5, 6, 7, 8);
}

// ---------------------------------------------------------------- structures

using swap = pair_of_doubles(void *, void *, void *, pair_of_doubles);

void call_closure_with_pair(benchmark::State &state) {
    const closure made{signature::of<swap>(), [](arguments &got) {
                           const auto &[x, y] = got.get<pair_of_doubles>(3);
                           got.result(pair_of_doubles{y, x});
                       }};
    call_repeatedly(state, made.as<swap>(), static_cast<void *>(nullptr), static_cast<void *>(nullptr),
                    static_cast<void *>(nullptr), pair_of_doubles{1, 2});
}

void swap_pair(ffi_cif *, void *result, void **got, void *) {
    const auto &[x, y] = *static_cast<pair_of_doubles *>(got[3]);
    *static_cast<pair_of_doubles *>(result) = {y, x};
}

void call_libffi_with_pair(benchmark::State &state) {
    ffi_structure pair(2, &ffi_type_double);
    ffi_type *const pointer = &ffi_type_pointer;
    ffi_signature called(&pair.described, {pointer, pointer, pointer, &pair.described});
    const ffi_closure_of made(&called.cif, swap_pair);
    call_repeatedly(state, made.as<swap>(), static_cast<void *>(nullptr), static_cast<void *>(nullptr),
                    static_cast<void *>(nullptr), pair_of_doubles{1, 2});
}

using large = sixty_four_bytes(sixty_four_bytes);

void call_closure_with_large(benchmark::State &state) {
    const closure made{signature::of<large>(), [](arguments &got) {
                           auto &result = *static_cast<sixty_four_bytes *>(got.result());
                           result = got.get<sixty_four_bytes>(0);
                           ++result.words[0];
                       }};
    call_repeatedly(state, made.as<large>(), sixty_four_bytes{});
}

void change_large(ffi_cif *, void *result, void **got, void *) {
    auto &changed = *static_cast<sixty_four_bytes *>(result);
    changed = *static_cast<sixty_four_bytes *>(got[0]);
    ++changed.words[0];
}

[[gnu::noinline]] sixty_four_bytes plain_large(sixty_four_bytes value) {
    ++value.words[0];
    return value;
}

void call_plain_with_large(benchmark::State &state) { call_repeatedly(state, plain_large, sixty_four_bytes{}); }

void call_libffi_with_large(benchmark::State &state) {
    ffi_structure structure(8, &ffi_type_slong);
    ffi_signature called(&structure.described, {&structure.described});
    const ffi_closure_of made(&called.cif, change_large);
    call_repeatedly(state, made.as<large>(), sixty_four_bytes{});
}

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
    measure("call libffi, many", call_libffi_with_many);
    measure("call closure, pair", call_closure_with_pair);
    measure("call libffi, pair", call_libffi_with_pair);
    measure("call closure, large", call_closure_with_large);
    measure("call libffi, large", call_libffi_with_large);
    measure("call plain, large", call_plain_with_large);
    measure("make closure", make_closure);
    measure("make callback", make_callback);
}

} // namespace
