// Calls of every kind of function pointer, to be unwound. The caller is exactness_call, in assembly.
#pragma once

#include "exactness.S"

#include <cbframe/abi.hpp>
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/tap.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace unwinding {

using exactness::state;

/// What every callee does: set by a test.
inline std::function<void(cbframe::cpu *)> act;

/// A function pointer of one kind, and what it is part of.
struct target {
    std::shared_ptr<void> owner;
    void *address;
};

template <class Made>
target hold(Made made) {
    const auto owner = std::make_shared<Made>(std::move(made));
    return {owner, owner->address()};
}

inline target make_frame(cbframe::level level) {
    return hold(cbframe::frame([](cbframe::cpu &cpu) { act(&cpu); }, level));
}

/// Returns to its caller at once, in assembly.
extern "C" void exactness_original();

inline target make_tap(cbframe::level level) {
    return hold(cbframe::tap(
        &exactness_original, [](cbframe::cpu &cpu) { act(&cpu); }, level));
}

template <class Signature>
target make_closure(const cbframe::abi::convention &convention) {
    const cbframe::prepared_signature prepared(cbframe::signature::of<Signature>(), convention);
    return hold(cbframe::closure(prepared, [](cbframe::arguments &) { act(nullptr); }));
}

template <std::size_t size>
using vector_of = int __attribute__((vector_size(size)));

struct kind {
    const char *name;
    target (*make)();
};

inline std::ostream &operator<<(std::ostream &out, const kind &shown) { return out << shown.name; }

inline constexpr kind kinds[] = {
    {"LegacyFrame", [] { return make_frame(cbframe::level::legacy); }},
    {"AllFrame", [] { return make_frame(cbframe::level::all); }},
    {"SseFrame", [] { return make_frame(cbframe::level::sse); }},
    {"LegacyTap", [] { return make_tap(cbframe::level::legacy); }},
    {"AllTap", [] { return make_tap(cbframe::level::all); }},
    {"SseTap", [] { return make_tap(cbframe::level::sse); }},
    {"Closure", [] { return make_closure<int(int, double)>(cbframe::native_convention()); }},
#if defined(__x86_64__)
    {"SystemVClosure", [] { return make_closure<int(int, double)>(cbframe::abi::sysv_x64); }},
    {"SystemVFewClosure", [] { return make_closure<int(int)>(cbframe::abi::sysv_x64); }},
#else
    {"ClosureOfAVectorInMmx", [] { return make_closure<int(vector_of<8>)>(cbframe::abi::cdecl_x86_mingw); }},
    {"ClosureOfAWideVector", [] { return make_closure<int(vector_of<32>)>(cbframe::abi::cdecl_x86_mingw); }},
#endif
    {"Callback", [] { return hold(cbframe::callback<int(int)>([](int n) { return act(nullptr), n; })); }},
    {"CallbackWithoutARegister",
     [] {
         return hold(cbframe::callback<int(int, int, int, int)>([](int n, int, int, int) { return act(nullptr), n; }));
     }},
};

// ---------------------------------------------------------------- what a callee preserves

#if defined(__x86_64__)
inline constexpr unsigned preserved[] = {exactness::RBX, exactness::RBP, exactness::RSI, exactness::RDI,
                                         exactness::R12, exactness::R13, exactness::R14, exactness::R15};
inline constexpr unsigned first_preserved_xmm = 6, end_of_preserved_xmm = 16;
#else
inline constexpr unsigned preserved[] = {exactness::EBX, exactness::EBP, exactness::ESI, exactness::EDI};
inline constexpr unsigned first_preserved_xmm = 0, end_of_preserved_xmm = 0;
#endif

inline std::string differences(const state &expected, const state &actual) {
    std::string found;
    for (const unsigned each : preserved)
        if (expected.gpr[each] != actual.gpr[each])
            found.append(exactness::gpr_names[each]).append(" ");
    for (unsigned n = first_preserved_xmm; n != end_of_preserved_xmm; ++n)
        if (std::memcmp(expected.zmm[n], actual.zmm[n], 16) != 0)
            found.append("XMM").append(std::to_string(n)).append(" ");
    return found;
}

inline state random_state(std::mt19937_64 &random) {
    state made{};
    for (exactness::word &each : made.gpr)
        each = static_cast<exactness::word>(random());
    for (auto &each : made.zmm)
        for (std::uint8_t &byte : each)
            byte = static_cast<std::uint8_t>(random());
    made.alignment = 0; // else neither C++ nor Windows accepts the stack
    made.rflags = 0x202;
    made.fx.fcw = 0x37f;
    made.fx.mxcsr = 0x1f80;
    return made;
}

class Unwinding : public testing::TestWithParam<kind> {
  protected:
    int call(const state &in, const target &callee) { return exactness_call(&in, &out, callee.address); }

    std::mt19937_64 random{20240229};
    state out{};
};

} // namespace unwinding
