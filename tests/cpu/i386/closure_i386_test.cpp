// Closures on i386: who pops what, registers, stacks that are hardly aligned. (Unwinding: unwind_typed.cpp)
#include "closure.h"
#include "values.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/callback.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

/// One call as closure_i386.S makes it.
struct raw_call {
    const void *function;
    std::size_t count; ///< of words
    const std::uint32_t *words;
    std::size_t misaligned = 0; ///< bytes by which the stack is lower than a multiple of 64
    std::uint32_t has_st0 = 0;  ///< whether a number is returned on the x87 stack
    std::uint32_t ecx = 0xecec, edx = 0xeded, ebx = 0xebeb, edi = 0xedede;
    std::uint32_t eax = 0;
    std::byte *esp = nullptr, *esp_after = nullptr;
    double st0 = 0;

    raw_call(const void *address, const std::vector<std::uint32_t> &with)
        : function(address), count(with.size()), words(with.data()) {}
    raw_call(const cbframe::closure &closure, const std::vector<std::uint32_t> &with)
        : raw_call(closure.address(), with) {}
};
static_assert(offsetof(raw_call, function) == RAW_FUNCTION && offsetof(raw_call, count) == RAW_COUNT);
static_assert(offsetof(raw_call, words) == RAW_WORDS && offsetof(raw_call, misaligned) == RAW_MISALIGNED);
static_assert(offsetof(raw_call, has_st0) == RAW_HAS_ST0);
static_assert(offsetof(raw_call, ecx) == RAW_ECX && offsetof(raw_call, edx) == RAW_EDX);
static_assert(offsetof(raw_call, ebx) == RAW_EBX && offsetof(raw_call, edi) == RAW_EDI);
static_assert(offsetof(raw_call, eax) == RAW_EAX && offsetof(raw_call, esp) == RAW_ESP);
static_assert(offsetof(raw_call, esp_after) == RAW_ESP_AFTER && offsetof(raw_call, st0) == RAW_ST0);

extern "C" void closure_i386_call(raw_call *made);

namespace {

using namespace values;
using cbframe::arguments;
using cbframe::closure;
using cbframe::prepared_signature;
using cbframe::signature;
using cbframe::type;
using cbframe::type_kind;
using cbframe::detail::attribute;
namespace abi = cbframe::abi;

prepared_signature prepared(const signature &signature, const abi::convention &convention) {
    return prepared_signature(signature, convention, cbframe::native_data_model());
}

// By the convention that this compiler makes of the attribute.
prepared_signature prepared_as(attribute attribute, const signature &signature) {
    return prepared(signature, cbframe::detail::convention_of(attribute, CBF_VECTOR_RULES));
}

// ---------------------------------------------------------------- every kind of value

template <class T>
class Values : public testing::Test {};

using vector8 = int __attribute__((vector_size(8)));

TYPED_TEST_SUITE(Values, types_and<>);

template <class R, class... Args>
void by_stdcall(const R &result, const Args &...args) {
    round_trip_by<R __attribute__((stdcall)) (Args...)>(prepared_as(attribute::stdcall, signature::of<R(Args...)>()),
                                                        result, args...);
}

TYPED_TEST(Values, AreArgumentsAndResultsByStdcall) {
    using T = TypeParam;
    const T a = value_of<T>(3), b = value_of<T>(130), c = value_of<T>(200);
    by_stdcall<T>(a);
    by_stdcall<T>(b, a);
#if defined(__clang__)
    if constexpr (std::is_same_v<T, vector16>)
        GTEST_SKIP() << "clang's callers believe that as much is popped as is aligned";
#endif
    by_stdcall<T>(a, b, 1, 2.5, c, a, b, 3.5F, c);
    by_stdcall<int>(77, a, b);
}

#if !defined(__clang__) // has rules of its own

template <class R, class... Args>
void by_fastcall(const R &result, const Args &...args) {
    round_trip_by<R __attribute__((fastcall)) (Args...)>(prepared_as(attribute::fastcall, signature::of<R(Args...)>()),
                                                         result, args...);
}

#pragma GCC diagnostic ignored "-Wattributes" // of a function that is no member

template <class R, class... Args>
void by_thiscall(const R &result, const Args &...args) {
    round_trip_by<R __attribute__((thiscall)) (Args...)>(prepared_as(attribute::thiscall, signature::of<R(Args...)>()),
                                                         result, args...);
}

TYPED_TEST(Values, AreArgumentsAndResultsByFastcall) {
    using T = TypeParam;
    const T a = value_of<T>(3), b = value_of<T>(130), c = value_of<T>(200);
    by_fastcall<T>(a);
    by_fastcall<T>(b, a);
    by_fastcall<T>(a, b, 1, 2.5, c, a, b, 3.5F, c);
    by_fastcall<int>(77, 1, a, 2, b);
}

TYPED_TEST(Values, AreArgumentsAndResultsByThiscall) {
    using T = TypeParam;
    const T a = value_of<T>(3), b = value_of<T>(130), c = value_of<T>(200);
    by_thiscall<T>(a, &a);
    by_thiscall<T>(b, &a, a);
    by_thiscall<T>(a, &a, b, 1, 2.5, c, a, b, 3.5F, c);
    by_thiscall<int>(77, &a, a, b);
}

TEST(Closure, PassesVectorsInMmxRegisters) {
    const vector8 a{1, 2}, b{3, 4}, c{5, 6}, d{7, 8};
    const vector16 x{1.5F, 2.5F, 3.5F, 4.5F}, y{5.5F, 6.5F, 7.5F, 8.5F};
    round_trip<vector8>(a, b);
    round_trip<vector8>(d, a, b, c, d, 5, a);
    round_trip<vector16>(x, a, y, b, x, c, y, d, x);
    round_trip<int>(77, a, 1, b);
    by_stdcall<vector8>(d, a, b, c, d, 5, a);
    __builtin_ia32_emms();
}

TEST(Closure, AHandlerThatGetsMmxRegistersMayUseTheX87Stack) {
    double sum = 0;
    const closure made(signature::of<void(vector8)>(), [&](arguments &got) {
        for (long double i = 0; i < 10; i++)
            sum += static_cast<double>(i * static_cast<long double>(static_cast<int *>(got.data(0))[1]));
    });
    made.as<void(vector8)>()(vector8{1, 2});
    __builtin_ia32_emms();
    EXPECT_EQ(sum, 90);
}

#endif

using vector32 = double __attribute__((vector_size(32)));

__attribute__((target("avx"), noinline)) void call_with_wide_vectors(const closure &made, const double (&in)[4],
                                                                     double (&out)[4]) {
    vector32 first, second;
    std::memcpy(&first, in, sizeof(first));
    second = first + first;
    const vector32 result = made.as<vector32(int, vector32, vector32)>()(5, first, second);
    std::memcpy(out, &result, sizeof(result));
}

TEST(Closure, PassesWideVectors) {
    if (!__builtin_cpu_supports("avx"))
        GTEST_SKIP() << "this CPU has no AVX";
    const type wide = type::vector(type_kind::double_, 4);
    const double in[4] = {1, 2, 3, 4};
    const prepared_signature signature({wide, {type_kind::int_, wide, wide}, false},
                                       *abi::find_convention(cbframe::native_convention().name));
    const closure made(signature, [&](arguments &got) {
        EXPECT_EQ(got.get<int>(0), 5);
        const double *const first = static_cast<double *>(got.data(1)), *const second =
                                                                            static_cast<double *>(got.data(2));
        for (int i = 0; i < 4; i++)
            static_cast<double *>(got.result())[i] = first[i] + 10 * second[i];
    });
    double out[4];
    call_with_wide_vectors(made, in, out);
    for (int i = 0; i < 4; i++)
        EXPECT_EQ(out[i], 21 * in[i]);
}

// ---------------------------------------------------------------- who pops what

struct popped_case {
    std::string name;
    prepared_signature signature;
    std::size_t words;
    std::size_t popped;
};

std::vector<popped_case> popped_cases() {
    const signature plain = signature::of<int(int, double)>(), none = signature::of<int()>();
    const signature hidden = signature::of<pair_of_doubles(int)>(), ints = signature::of<int(int, int, int, int)>();
    const signature padded{
        type_kind::int_,
        {type::structure("s", {{.name = "i", .type = type_kind::int_, .bits = {}}}, {.alignment = 16})},
        false};
    std::vector<popped_case> cases{
        {"cdecl", prepared(plain, abi::cdecl_x86_sysv), 3, 0},
        {"cdecl, hidden pointer", prepared(hidden, abi::cdecl_x86_sysv), 2, 4},
        {"cdecl of MinGW, hidden pointer", prepared(hidden, abi::cdecl_x86_mingw), 2, 0},
        {"stdcall", prepared(plain, abi::stdcall_x86_sysv), 3, 12},
        {"stdcall, no arguments", prepared(none, abi::stdcall_x86_sysv), 0, 0},
        {"stdcall, hidden pointer", prepared(hidden, abi::stdcall_x86_sysv), 2, 8},
        {"stdcall, copied", prepared(padded, abi::stdcall_x86_sysv), 4, 16},
        {"fastcall", prepared(ints, abi::fastcall_x86_sysv), 2, 8},
        {"fastcall, hidden pointer in ECX", prepared(hidden, abi::fastcall_x86_sysv), 0, 0},
        {"thiscall", prepared(ints, abi::thiscall_x86_sysv), 3, 12},
        {"thiscall of MSVC, hidden pointer", prepared(hidden, abi::thiscall_x86_msvc), 1, 4},
        {"vectorcall", prepared(plain, abi::vectorcall_x86_msvc), 0, 0},
    };
    for (std::size_t count = 1; count <= 10; count++) {
        const signature counted{type_kind::void_, std::vector<type>(count, type_kind::int_), false};
        const std::string name = "stdcall, " + std::to_string(count) + " words";
        cases.push_back({name, prepared(counted, abi::stdcall_x86_sysv), count, 4 * count});
    }
    return cases;
}

TEST(ClosureI386, TheStackAndTheRegistersComeBack) {
    std::vector<std::uint32_t> words(10);
    pair_of_doubles memory{};
    words[0] = reinterpret_cast<std::uintptr_t>(&memory);
    for (const popped_case &each : popped_cases())
        for (const std::size_t misaligned : {0u, 4u, 8u, 12u, 16u, 36u}) {
            int calls = 0;
            const closure made(each.signature, [&](arguments &) { calls++; });
            raw_call call(made, words);
            call.count = each.words;
            call.misaligned = misaligned;
            call.ecx = words[0];
            closure_i386_call(&call);
            EXPECT_EQ(calls, 1);
            EXPECT_EQ(static_cast<std::size_t>(call.esp_after - call.esp), each.popped) << each.name;
            EXPECT_EQ(call.ebx, 0xebebU);
            EXPECT_EQ(call.edi, 0xededeU);
        }
}

TEST(ClosureI386, AHiddenPointerComesBackInEax) {
    pair_of_doubles memory{};
    const std::uint32_t address = reinterpret_cast<std::uintptr_t>(&memory);
    for (const abi::convention *convention : {&abi::cdecl_x86_sysv, &abi::stdcall_x86_sysv, &abi::thiscall_x86_msvc,
                                              &abi::fastcall_x86_sysv, &abi::thiscall_x86_sysv}) {
        const closure made(prepared(signature::of<pair_of_doubles()>(), *convention), [&](arguments &got) {
            EXPECT_EQ(got.result(), &memory);
            got.result(pair_of_doubles{1, 2});
        });
        const bool in_ecx = convention == &abi::fastcall_x86_sysv || convention == &abi::thiscall_x86_sysv;
        const std::vector<std::uint32_t> words(in_ecx ? 0 : 1, address);
        raw_call call(made, words);
        if (in_ecx)
            call.ecx = address;
        memory = {};
        closure_i386_call(&call);
        EXPECT_EQ(call.eax, address) << convention->name;
        EXPECT_EQ(memory.y, 2) << convention->name;
    }
}

TEST(ClosureI386, FastcallTakesRegisters) {
    const closure made(prepared(signature::of<long long(char, short, int)>(), abi::fastcall_x86_sysv),
                       [&](arguments &got) {
                           EXPECT_EQ(got.get<char>(0), 1);
                           EXPECT_EQ(got.get<short>(1), -2);
                           EXPECT_EQ(got.get<int>(2), 3);
                           got.result(0x123456789abcdefLL);
                       });
    const std::vector<std::uint32_t> words{3};
    raw_call call(made, words);
    call.ecx = 0xffffff01; // only the low bytes count
    call.edx = 0x7777fffe;
    closure_i386_call(&call);
    EXPECT_EQ(call.eax, 0x89abcdefU);
    EXPECT_EQ(call.edx, 0x1234567U);
}

TEST(ClosureI386, FloatingNumbersOfEachSizeReturnOnTheX87Stack) {
    const auto returned = [](const closure &made) {
        const std::vector<std::uint32_t> none;
        raw_call call(made, none);
        call.has_st0 = 1;
        closure_i386_call(&call);
        return call.st0;
    };
    EXPECT_EQ(returned(closure(signature::of<float()>(), [](arguments &got) { got.result(1.5F); })), 1.5);
    EXPECT_EQ(returned(closure(signature::of<double()>(), [](arguments &got) { got.result(2.5); })), 2.5);
    EXPECT_EQ(returned(closure(signature::of<long double()>(), [](arguments &got) { got.result(3.5L); })), 3.5);
    const closure of_msvc(
        signature::of<long double()>(), [](arguments &got) { got.result(4.5); }, abi::cdecl_x86_msvc);
    EXPECT_EQ(returned(of_msvc), 4.5);
    const closure of_mingw(
        signature::of<one_float()>(), [](arguments &got) { got.result(5.5F); }, abi::cdecl_x86_mingw);
    EXPECT_EQ(returned(of_mingw), 5.5);
}

// ---------------------------------------------------------------- alignment

TEST(ClosureI386, HandlersGetAnAlignedStackAndAlignedArguments) {
    struct alignas(32) padded {
        double number;
    };
    const type padded_type =
        type::structure("padded", {{.name = "number", .type = type_kind::double_, .bits = {}}}, {.alignment = 32});
    for (const std::size_t misaligned : {0u, 4u, 8u, 12u, 20u, 44u}) {
        int calls = 0;
        const closure made(signature{type_kind::int_, {type_kind::int_, padded_type, type_kind::int_, padded_type}},
                           [&](arguments &got) {
                               calls++;
                               EXPECT_EQ(reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()) % 16, 0U);
                               for (const std::size_t index : {std::size_t{1}, std::size_t{3}}) {
                                   auto &value = got.get<padded>(index);
                                   EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&value) % alignof(padded), 0U);
                                   EXPECT_EQ(value.number, index + 0.5);
                                   std::memset(&value, 0xff, sizeof(value));
                               }
                               got.result(got.get<int>(0) + got.get<int>(2));
                           });
        std::vector<std::uint32_t> words(18);
        words[0] = 3;
        words[9] = 4;
        const double one_and_a_half = 1.5, three_and_a_half = 3.5;
        std::memcpy(&words[1], &one_and_a_half, sizeof(double));
        std::memcpy(&words[10], &three_and_a_half, sizeof(double));
        raw_call call(made, words);
        call.misaligned = misaligned;
        closure_i386_call(&call);
        EXPECT_EQ(call.eax, 7U);
        EXPECT_EQ(calls, 1);
    }
}

/// The address, which the compiler does not know to be aligned.
std::uintptr_t seen(const void *of) {
    auto address = reinterpret_cast<std::uintptr_t>(of);
    asm volatile("" : "+r"(address));
    return address;
}

template <class Function>
void expect_aligned_stack() {
    int calls = 0;
    const cbframe::callback<Function> made{[&](int a, double b, int c) {
        alignas(16) char local = 0;
        EXPECT_EQ(seen(&local) % 16, 0U);
        calls++;
        return a + static_cast<int>(b * 10) + c;
    }};
    const std::vector<std::uint32_t> words{3, 0, 0x3ff80000, 4}; // 1.5 in the middle
    for (const std::size_t misaligned : {0u, 4u, 8u, 12u, 20u, 44u}) {
        raw_call call(made.address(), words);
        call.misaligned = misaligned;
        closure_i386_call(&call);
        EXPECT_EQ(call.eax, 22U);
    }
    EXPECT_EQ(calls, 6);
}

TEST(ClosureI386, CallbacksGetAnAlignedStack) {
    expect_aligned_stack<int(int, double, int)>();
    expect_aligned_stack<int __attribute__((stdcall)) (int, double, int)>();
}

// Code relies on the alignment of what does not fit into registers, and callers do not keep it: such a callback is a
// closure, which copies.
TEST(ClosureI386, CallbacksGetAlignedArguments) {
    const cbframe::callback<int(vector16, vector16, vector16, vector16)> made{
        [](vector16, vector16, vector16, const vector16 &last) {
            EXPECT_EQ(seen(&last) % alignof(vector16), 0U);
            int words[4];
            std::memcpy(words, &last, sizeof(words));
            return words[0] + words[3];
        }};
    const std::vector<std::uint32_t> words{2, 0, 0, 20};
    for (const std::size_t misaligned : {0u, 4u, 8u, 12u, 20u, 44u}) {
        raw_call call(made.address(), words);
        call.misaligned = misaligned;
        closure_i386_call(&call);
        EXPECT_EQ(call.eax, 22U);
    }
}

// ---------------------------------------------------------------- unwinding

void *stack_pointer() {
    void *at;
    asm volatile("mov %%esp, %0" : "=r"(at));
    return at;
}

TEST(ClosureI386, ExceptionsPassThroughOneThatPops) {
    const closure made(prepared(signature::of<pair_of_doubles(int, pair_of_longs)>(), abi::stdcall_x86_sysv),
                       [](arguments &got) { throw std::runtime_error(std::to_string(got.get<int>(0))); });
    using function = pair_of_doubles __attribute__((stdcall)) (int, pair_of_longs);
    const void *first = nullptr;
    for (int i = 0; i < 1000; i++) {
        try {
            made.as<function>()(i, {});
            FAIL() << "nothing was thrown";
        } catch (const std::runtime_error &thrown) {
            ASSERT_EQ(thrown.what(), std::to_string(i));
            first = i == 0 ? stack_pointer() : first;
            ASSERT_EQ(stack_pointer(), first);
        }
    }
}

} // namespace
