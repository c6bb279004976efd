// Raw frames called by conventions that no FFI library knows. A compiler made the calling code; the
// handlers pick the arguments from registers and put the results where the convention wants them.
#include <cbframe/tap.hpp>

#include <gtest/gtest.h>

#include <immintrin.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

// In conventions_clang.cpp, which clang compiles. They call function with the values they are given.
namespace conventions {
long regcall_integers(const void *function, const long *v);
double regcall_doubles(const void *function, const double *v);
void regcall_structs(const void *function, const long *longs, const double *doubles, long *result);
void regcall_vectors(const void *function, const float *v, float *result);
void regcall_vectors_of_256_bits(const void *function, const float *v, float *result);
void regcall_vectors_of_512_bits(const void *function, const float *v, float *result);
long vectorcall_integers(const void *function, const long *v, double wide);
void vectorcall_vectors(const void *function, const float *v, int number, double wide, float *result);
void swiftcall_longs(const void *function, const long *v, long *result);
void swiftcall_doubles(const void *function, const double *v, double *result);
long swiftcall_context(const void *function, long value, void *context, void **error);
void swiftasynccall(const void *function, const long *v, void *context);
long preserve_most(const void *function, const long *v, long *after);
double preserve_all(const void *function, const double *v, double *after);
void ms_abi_structs(const void *function, const long *longs, const double *doubles, const float *vector, long *result);
void ms_abi_keeps_doubles(const void *function, const double *v, double *after);
void ms_abi_keeps_longs(const void *function, const long *v, long *after);
} // namespace conventions

namespace {

using cbframe::cpu;
using cbframe::level;
using longs = std::vector<long>;
using doubles = std::vector<double>;
using floats = std::vector<float>;

longs some_longs(std::size_t count) {
    longs made(count);
    for (std::size_t n = 0; n < count; ++n)
        made[n] = static_cast<long>(0x0123456789abcdef * (n + 1));
    return made;
}

doubles some_doubles(std::size_t count) {
    doubles made(count);
    std::iota(made.begin(), made.end(), 1.25);
    return made;
}

floats some_floats(std::size_t count) {
    floats made(count);
    std::iota(made.begin(), made.end(), 0.5f);
    return made;
}

/// A stack argument: the first is number 0.
const cbf_qword &on_stack(const cpu &cpu, std::size_t number) { return cpu.RSP.qp[1 + number]; }

void append(floats &to, const cbf_dqword &vector) { to.insert(to.end(), vector.ps, vector.ps + 4); }

/// Destroys what a C function may destroy.
void use_volatile_registers() {
    asm volatile("mov $-1, %%rax\n mov %%rax, %%rcx\n mov %%rax, %%rdx\n mov %%rax, %%rsi\n mov %%rax, %%rdi\n"
                 "mov %%rax, %%r8\n mov %%rax, %%r9\n mov %%rax, %%r10\n mov %%rax, %%r11\n"
                 "pcmpeqd %%xmm0, %%xmm0\n pcmpeqd %%xmm1, %%xmm1\n pcmpeqd %%xmm2, %%xmm2\n"
                 "pcmpeqd %%xmm3, %%xmm3\n pcmpeqd %%xmm4, %%xmm4\n pcmpeqd %%xmm5, %%xmm5\n"
                 "pcmpeqd %%xmm6, %%xmm6\n pcmpeqd %%xmm7, %%xmm7\n pcmpeqd %%xmm8, %%xmm8\n"
                 "pcmpeqd %%xmm9, %%xmm9\n pcmpeqd %%xmm10, %%xmm10\n pcmpeqd %%xmm11, %%xmm11\n"
                 "pcmpeqd %%xmm12, %%xmm12\n pcmpeqd %%xmm13, %%xmm13\n pcmpeqd %%xmm14, %%xmm14\n"
                 "pcmpeqd %%xmm15, %%xmm15\n" ::
                     : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3",
                       "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                       "xmm15", "cc");
}

/// Whether calls come to the frame by way of a tap, which knows as little of the convention.
struct way {
    level of_frame;
    std::optional<level> of_tap;
};

/// A frame, and perhaps a tap of it.
class target {
  public:
    template <class Handler>
    target(Handler &&handler, way by) : frame_(std::forward<Handler>(handler), by.of_frame) {
        if (by.of_tap)
            tap_ = cbframe::tap(
                frame_.address(), [](cpu &) {}, *by.of_tap);
    }
    const void *address() const { return tap_ ? tap_.address() : frame_.address(); }

  private:
    cbframe::frame frame_;
    cbframe::tap tap_;
};

class Conventions : public testing::TestWithParam<way> {
  protected:
    template <class Handler>
    target make(Handler &&handler) {
        return target(std::forward<Handler>(handler), GetParam());
    }
};

std::string name_of(const testing::TestParamInfo<way> &test) {
    const char *const names[] = {"Legacy", "All", "Sse"};
    std::string name = names[static_cast<std::size_t>(test.param.of_frame)];
    return test.param.of_tap ? name.append("By") + names[static_cast<std::size_t>(*test.param.of_tap)] : name;
}

INSTANTIATE_TEST_SUITE_P(Levels, Conventions,
                         testing::Values(way{level::legacy, {}}, way{level::all, {}}, way{level::all, level::legacy},
                                         way{level::all, level::all}, way{level::all, level::sse}),
                         name_of);

// ---- regcall: clang's x86-64 System V variant -----------------------------------------------------

TEST_P(Conventions, RegcallPassesElevenIntegersInRegisters) {
    longs seen;
    const auto frame = make([&](cpu &cpu) {
        for (const cbf_qword &each : {cpu.RAX, cpu.RCX, cpu.RDX, cpu.RDI, cpu.RSI, cpu.R8, cpu.R9, cpu.R12, cpu.R13,
                                      cpu.R14, cpu.R15, on_stack(cpu, 0), on_stack(cpu, 1)})
            seen.push_back(each.i);
        cpu.RAX.i = 42;
    });
    const longs values = some_longs(13);
    EXPECT_EQ(conventions::regcall_integers(frame.address(), values.data()), 42);
    EXPECT_EQ(seen, values);
}

TEST_P(Conventions, RegcallPassesSixteenDoublesInRegisters) {
    doubles seen;
    const auto frame = make([&](cpu &cpu) {
        for (unsigned n = 0; n < 16; ++n)
            seen.push_back(n == 1 ? static_cast<double>(cpu.XMM[n].dwords[0].f) : cpu.XMM[n].lo.f);
        seen.push_back(on_stack(cpu, 0).f);
        cpu.XMM[0].lo.f = 0.5;
    });
    const doubles values = some_doubles(17);
    EXPECT_EQ(conventions::regcall_doubles(frame.address(), values.data()), 0.5);
    EXPECT_EQ(seen, values);
}

TEST_P(Conventions, RegcallPassesAndReturnsStructsInRegisters) {
    longs seen_longs;
    doubles seen_doubles;
    const auto frame = make([&](cpu &cpu) {
        for (const cbf_qword &each : {cpu.RAX, cpu.RCX, cpu.RDX, cpu.RDI, cpu.RSI, cpu.R8, cpu.R9, cpu.R12})
            seen_longs.push_back(each.i);
        seen_doubles = {cpu.XMM[0].lo.f, static_cast<double>(cpu.XMM[1].dwords[0].f)};
        cpu.RAX.i = 1;
        cpu.RCX.i = 2;
        cpu.RDX.i = 3;
        cpu.RDI.i = 4;
        cpu.RSI.i = 5;
    });
    longs values = some_longs(8), result(5);
    values[2] = 12345; // an int
    const doubles given_doubles = some_doubles(2);
    conventions::regcall_structs(frame.address(), values.data(), given_doubles.data(), result.data());
    EXPECT_EQ(seen_longs, values);
    EXPECT_EQ(seen_doubles, given_doubles);
    EXPECT_EQ(result, (longs{1, 2, 3, 4, 5}));
}

TEST_P(Conventions, RegcallPassesAndReturnsStructsOfVectorsInRegisters) {
    floats seen;
    const auto frame = make([&](cpu &cpu) {
        for (unsigned n = 0; n < 5; ++n)
            append(seen, cpu.XMM[n]);
        for (unsigned n = 0; n < 4; ++n)
            for (float &each : cpu.XMM[n].ps)
                each += 1;
    });
    const floats values = some_floats(20);
    floats result(16);
    conventions::regcall_vectors(frame.address(), values.data(), result.data());
    EXPECT_EQ(seen, values);
    for (std::size_t n = 0; n < result.size(); ++n)
        EXPECT_EQ(result[n], values[n] + 1) << "element " << n;
}

TEST(ConventionsOfAll, RegcallPassesAndReturnsVectorsOf256Bits) {
    if (!__builtin_cpu_supports("avx"))
        GTEST_SKIP() << "this CPU has no AVX";
    floats seen;
    const auto handler = [&](cpu &cpu) {
        for (const unsigned n : {0u, 2u}) {
            append(seen, cpu.XMM[n]);
            append(seen, cpu.wide->YMM_Hi128[n]);
        }
        std::iota(cpu.XMM[0].ps, cpu.XMM[0].ps + 4, 0.0f);
        std::iota(cpu.wide->YMM_Hi128[0].ps, cpu.wide->YMM_Hi128[0].ps + 4, 4.0f);
    };
    const cbframe::frame frame(handler, level::all);
    const floats values = some_floats(16);
    floats result(8), expected(8);
    std::iota(expected.begin(), expected.end(), 0.0f);
    conventions::regcall_vectors_of_256_bits(frame.address(), values.data(), result.data());
    EXPECT_EQ(seen, values);
    EXPECT_EQ(result, expected);
}

TEST(ConventionsOfAll, RegcallPassesAndReturnsVectorsOf512Bits) {
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw"))
        GTEST_SKIP() << "this CPU has no AVX-512 (F and BW)";
    floats seen;
    const auto handler = [&](cpu &cpu) {
        for (const unsigned n : {0u, 2u}) {
            append(seen, cpu.XMM[n]);
            append(seen, cpu.wide->YMM_Hi128[n]);
            append(seen, cpu.wide->ZMM_Hi256[n].lo);
            append(seen, cpu.wide->ZMM_Hi256[n].hi);
        }
        std::iota(cpu.XMM[0].ps, cpu.XMM[0].ps + 4, 0.0f);
        std::iota(cpu.wide->YMM_Hi128[0].ps, cpu.wide->YMM_Hi128[0].ps + 4, 4.0f);
        std::iota(cpu.wide->ZMM_Hi256[0].ps, cpu.wide->ZMM_Hi256[0].ps + 8, 8.0f);
    };
    const cbframe::frame frame(handler, level::all);
    const floats values = some_floats(32);
    floats result(16), expected(16);
    std::iota(expected.begin(), expected.end(), 0.0f);
    conventions::regcall_vectors_of_512_bits(frame.address(), values.data(), result.data());
    EXPECT_EQ(seen, values);
    EXPECT_EQ(result, expected);
}

// ---- vectorcall, as clang does it for System V systems --------------------------------------------

TEST_P(Conventions, VectorcallPassesIntegersAndADouble) {
    longs seen;
    double seen_double = 0;
    const auto frame = make([&](cpu &cpu) {
        for (const cbf_qword &each : {cpu.RCX, cpu.RDX, cpu.R8, cpu.R9, on_stack(cpu, 0)})
            seen.push_back(each.i);
        seen_double = cpu.XMM[5].lo.f; // positional: the sixth argument
        cpu.RAX.i = 42;
    });
    const longs values = some_longs(5);
    EXPECT_EQ(conventions::vectorcall_integers(frame.address(), values.data(), 2.5), 42);
    EXPECT_EQ(seen, values);
    EXPECT_EQ(seen_double, 2.5);
}

TEST_P(Conventions, VectorcallPassesAndReturnsVectors) {
    floats seen;
    int seen_int = 0;
    double seen_double = 0;
    const auto frame = make([&](cpu &cpu) {
        for (const unsigned n : {0u, 2u, 4u, 5u})
            append(seen, cpu.XMM[n]);
        seen_int = cpu.EDX.i;
        seen_double = cpu.XMM[3].lo.f;
        for (unsigned n = 0; n < 4; ++n)
            cpu.XMM[0].ps[n] = static_cast<float>(n);
    });
    const floats values = some_floats(16);
    floats result(4);
    conventions::vectorcall_vectors(frame.address(), values.data(), -7, 2.5, result.data());
    EXPECT_EQ(seen, values);
    EXPECT_EQ(seen_int, -7);
    EXPECT_EQ(seen_double, 2.5);
    EXPECT_EQ(result, (floats{0, 1, 2, 3}));
}

// ---- swiftcall ------------------------------------------------------------------------------------

TEST_P(Conventions, SwiftcallReturnsFourIntegersInRegisters) {
    longs seen;
    const auto frame = make([&](cpu &cpu) {
        for (const cbf_qword &each : {cpu.RDI, cpu.RSI, cpu.RDX, cpu.RCX})
            seen.push_back(each.i);
        cpu.RAX.i = 1;
        cpu.RDX.i = 2;
        cpu.RCX.i = 3;
        cpu.R8.i = 4;
    });
    const longs values = some_longs(4);
    longs result(4);
    conventions::swiftcall_longs(frame.address(), values.data(), result.data());
    EXPECT_EQ(seen, values);
    EXPECT_EQ(result, (longs{1, 2, 3, 4}));
}

TEST_P(Conventions, SwiftcallPassesAndReturnsStructsOfDoublesInRegisters) {
    doubles seen;
    const auto frame = make([&](cpu &cpu) {
        for (unsigned n = 0; n < 4; ++n)
            seen.push_back(cpu.XMM[n].lo.f);
        seen.push_back(cpu.EDI.i);
        seen.push_back(cpu.XMM[4].lo.f);
        seen.push_back(static_cast<double>(cpu.XMM[5].dwords[0].f));
        for (unsigned n = 0; n < 4; ++n)
            cpu.XMM[n].lo.f = n;
    });
    doubles values = some_doubles(7), result(4);
    values[4] = 42; // an int
    conventions::swiftcall_doubles(frame.address(), values.data(), result.data());
    EXPECT_EQ(seen, values);
    EXPECT_EQ(result, (doubles{0, 1, 2, 3}));
}

TEST_P(Conventions, SwiftcallPassesItsContextInR13AndReturnsAnErrorInR12) {
    int context = 0, problem = 0;
    void *seen_context = nullptr;
    std::uint64_t seen_error = 1;
    const auto frame = make([&](cpu &cpu) {
        seen_context = cpu.R13.p;
        seen_error = cpu.R12.u;
        cpu.RAX.i = cpu.RDI.i + 1;
        cpu.R12.p = &problem;
    });
    void *error = nullptr;
    EXPECT_EQ(conventions::swiftcall_context(frame.address(), 41, &context, &error), 42);
    EXPECT_EQ(seen_context, &context);
    EXPECT_EQ(seen_error, 0u);
    EXPECT_EQ(error, &problem);
}

TEST_P(Conventions, SwiftasynccallPassesItsContextInR14AndHasItsArgumentsPopped) {
    int context = 0;
    longs seen;
    void *seen_context = nullptr;
    const auto frame = make([&](cpu &cpu) {
        for (const cbf_qword &each : {cpu.RDI, cpu.RSI, cpu.RDX, cpu.RCX, cpu.R8, cpu.R9, on_stack(cpu, 0),
                                      on_stack(cpu, 1), on_stack(cpu, 2), on_stack(cpu, 3)})
            seen.push_back(each.i);
        seen_context = cpu.R14.p;
        cpu.pop(40); // four arguments, rounded up to leave RSP a multiple of 16
    });
    const longs values = some_longs(10);
    for (int round = 0; round < 3; ++round) {
        seen.clear();
        conventions::swiftasynccall(frame.address(), values.data(), &context);
        EXPECT_EQ(seen, values);
        EXPECT_EQ(seen_context, &context);
    }
}

// ---- preserve_most, preserve_all ------------------------------------------------------------------

TEST_P(Conventions, PreserveMostFindsItsRegistersPreserved) {
    longs seen;
    const auto frame = make([&](cpu &cpu) {
        seen = {cpu.RDI.i, cpu.RSI.i};
        use_volatile_registers();
        cpu.RAX.i = 42;
        cpu.R11.u = ~std::uint64_t{0}; // the one that the convention lets a callee change
    });
    const longs values = some_longs(12);
    longs after(10);
    EXPECT_EQ(conventions::preserve_most(frame.address(), values.data(), after.data()), 42);
    EXPECT_EQ(seen, longs(values.begin() + 10, values.end()));
    EXPECT_EQ(after, longs(values.begin(), values.begin() + 10));
}

TEST_P(Conventions, PreserveAllFindsItsVectorRegistersPreserved) {
    double seen = 0;
    const auto frame = make([&](cpu &cpu) {
        seen = cpu.XMM[0].lo.f;
        use_volatile_registers();
        cpu.XMM[0].lo.f = 0.5;
    });
    const doubles values = some_doubles(11);
    doubles after(10);
    EXPECT_EQ(conventions::preserve_all(frame.address(), values.data(), after.data()), 0.5);
    EXPECT_EQ(seen, values[10]);
    EXPECT_EQ(after, doubles(values.begin(), values.begin() + 10));
}

// ---- ms_abi: called by clang, and by the compiler of this file ------------------------------------

#define MS_ABI __attribute__((ms_abi))

struct pair {
    long first, second;
};
struct one_int {
    int value;
};
struct three_bytes {
    char bytes[3];
};

template <class Function>
Function *as(const target &frame) {
    return reinterpret_cast<Function *>(reinterpret_cast<std::uintptr_t>(frame.address()));
}

// The first stack argument lies above the 32 bytes that the callee may store its arguments in.
const cbf_qword &on_ms_stack(const cpu &cpu, std::size_t number) { return on_stack(cpu, 4 + number); }

TEST_P(Conventions, MsAbiPassesAndReturnsStructsByPointerWhenClangCalls) {
    pair seen{};
    int seen_int = 0;
    double seen_double = 0;
    float seen_float = 0;
    floats seen_vector;
    const auto frame = make([&](cpu &cpu) {
        std::memcpy(&seen, cpu.RDX.p, sizeof(seen));
        seen_int = cpu.R8.lo.i;
        seen_double = cpu.XMM[3].lo.f;
        seen_float = on_ms_stack(cpu, 0).lo.f;
        append(seen_vector, *static_cast<const cbf_dqword *>(on_ms_stack(cpu, 1).p));
        const pair result = {7, 8};
        std::memcpy(cpu.RCX.p, &result, sizeof(result));
        cpu.RAX = cpu.RCX;
    });
    const longs values = {1, 2, -3};
    const doubles given_doubles = {2.5, 3.5};
    const floats given_vector = some_floats(4);
    longs result(2);
    conventions::ms_abi_structs(frame.address(), values.data(), given_doubles.data(), given_vector.data(),
                                result.data());
    EXPECT_EQ(seen.first, 1);
    EXPECT_EQ(seen.second, 2);
    EXPECT_EQ(seen_int, -3);
    EXPECT_EQ(seen_double, 2.5);
    EXPECT_EQ(seen_float, 3.5f);
    EXPECT_EQ(seen_vector, given_vector);
    EXPECT_EQ(result, (longs{7, 8}));
}

TEST_P(Conventions, MsAbiPassesIntegersAndDoublesByPosition) {
    longs seen;
    double seen_double = 0;
    const auto frame = make([&](cpu &cpu) {
        for (const cbf_qword &each : {cpu.RCX, cpu.R8, cpu.R9, on_ms_stack(cpu, 0), on_ms_stack(cpu, 1)})
            seen.push_back(each.i);
        seen_double = cpu.XMM[1].lo.f;
        cpu.RAX.i = 42;
    });
    auto *const function = as<MS_ABI long(long, double, long, long, long, long)>(frame);
    EXPECT_EQ(function(1, 2.5, 3, 4, 5, 6), 42);
    EXPECT_EQ(seen, (longs{1, 3, 4, 5, 6}));
    EXPECT_EQ(seen_double, 2.5);
}

TEST_P(Conventions, MsAbiPassesSmallStructsByValueAndOddOnesByPointer) {
    int seen_int = 0;
    std::array<char, 3> seen_bytes{};
    const auto frame = make([&](cpu &cpu) {
        seen_int = cpu.ECX.i;
        std::memcpy(seen_bytes.data(), cpu.RDX.p, 3);
        cpu.EAX.i = 42;
    });
    auto *const function = as<MS_ABI one_int(one_int, three_bytes)>(frame);
    EXPECT_EQ(function({-5}, {{'a', 'b', 'c'}}).value, 42);
    EXPECT_EQ(seen_int, -5);
    EXPECT_EQ(seen_bytes, (std::array{'a', 'b', 'c'}));
}

TEST_P(Conventions, MsAbiReturnsStructsThroughAHiddenPointer) {
    const auto frame = make([](cpu &cpu) {
        const pair result = {cpu.RDX.i, cpu.R8.i};
        std::memcpy(cpu.RCX.p, &result, sizeof(result));
        cpu.RAX = cpu.RCX;
    });
    const pair got = as<MS_ABI pair(long, long)>(frame)(7, 8);
    EXPECT_EQ(got.first, 7);
    EXPECT_EQ(got.second, 8);
}

TEST_P(Conventions, MsAbiPassesVariadicDoublesInBothKindsOfRegisters) {
    doubles seen;
    const auto frame = make([&](cpu &cpu) { seen = {cpu.RDX.f, cpu.XMM[1].lo.f, cpu.R8.f, on_ms_stack(cpu, 0).f}; });
    as<MS_ABI void(int, ...)>(frame)(3, 1.5, 2.5, 3, 4.5);
    EXPECT_EQ(seen, (doubles{1.5, 1.5, 2.5, 4.5}));
}

TEST_P(Conventions, MsAbiFindsItsVectorRegistersPreserved) {
    const auto frame = make([](cpu &) { use_volatile_registers(); });
    const doubles values = some_doubles(10);
    doubles after(10);
    conventions::ms_abi_keeps_doubles(frame.address(), values.data(), after.data());
    EXPECT_EQ(after, values);
}

TEST_P(Conventions, MsAbiFindsItsGeneralRegistersPreserved) {
    const auto frame = make([](cpu &) { use_volatile_registers(); });
    const longs values = some_longs(7);
    longs after(7);
    conventions::ms_abi_keeps_longs(frame.address(), values.data(), after.data());
    EXPECT_EQ(after, values);
}

} // namespace
