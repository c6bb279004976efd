// What those cost that ours are compared with.
#include "peers.hpp"

#include "call_repeatedly.hpp"
#include "make_repeatedly.hpp"
#include "signatures.hpp"

#include <benchmark/benchmark.h>

#include <initializer_list>
#include <vector>

namespace {

using namespace bench;

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

void change_large(ffi_cif *, void *result, void **got, void *) {
    auto &changed = *static_cast<sixty_four_bytes *>(result);
    changed = *static_cast<sixty_four_bytes *>(got[0]);
    ++changed.words[0];
}

void call_libffi_with_large(benchmark::State &state) {
    ffi_structure structure(8, &ffi_type_sint64);
    ffi_signature called(&structure.described, {&structure.described});
    const ffi_closure_of made(&called.cif, change_large);
    call_repeatedly(state, made.as<large>(), sixty_four_bytes{});
}

[[gnu::constructor]] void register_peers() {
    measure("call libffi", call<libffi_closure>);
    measure("call libffcall", call<libffcall_callback>);
    measure("call libffi, many", call_libffi_with_many);
    measure("call libffi, pair", call_libffi_with_pair);
    measure("call libffi, large", call_libffi_with_large);
    measure_making("make libffi", make_and_free<libffi_closure>);
    measure_making("make libffcall", make_and_free<libffcall_callback>);
    measure_making("make libffcall, threads", make_and_free_with_threads<libffcall_callback>);
    measure_making("make libffi, threads", make_and_free_with_threads<libffi_closure>);
}

} // namespace
