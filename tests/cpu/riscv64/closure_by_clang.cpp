// What clang compiles for 64-bit RISC-V of what it passes otherwise than g++, which compiles the test.
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>

namespace {

struct complex_int {
    _Complex int value;
};
struct complex_float {
    _Complex float value;
};

} // namespace

template <>
struct cbframe::describe<complex_int> : cbframe::fields<&complex_int::value> {};
template <>
struct cbframe::describe<complex_float> : cbframe::fields<&complex_float::value> {};

namespace {

template <class Try>
int code_of(const Try &attempt) {
    try {
        attempt();
    } catch (const cbframe::error &error) {
        return static_cast<int>(error.code());
    }
    return CBF_OK;
}

} // namespace

extern "C" int clang_signature_of_complex_integers() {
    return code_of([] { cbframe::signature::of<void(int, complex_int)>(); });
}

extern "C" int clang_callback_of_complex_integers() {
    return code_of([] { cbframe::callback<int(complex_int, int)>([](complex_int, int n) { return n; }); });
}

extern "C" int clang_calls_what_both_pass_alike() {
    const cbframe::callback<float(_Complex int, complex_float, int)> sum(
        [](_Complex int a, complex_float b, int n) { return __real__ a + __imag__ b.value + n; });
    const _Complex int a = {1, 2};
    const complex_float b{{4, 8}};
    return sum(a, b, 16) == 1 + 8 + 16;
}
