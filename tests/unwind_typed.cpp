// Exceptions find their way through closures and callbacks, from every single instruction.
#include "unwind_fixture.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

namespace unwinding {
namespace {

/// A closure or callback whose handler ignores its arguments and calls a function.
struct typed_callee {
    explicit typed_callee(std::function<void()> handler) : act(std::move(handler)) {}

    const void *address() const { return closure ? closure.address() : callback->address(); }

    struct any_callback {
        virtual ~any_callback() = default;
        virtual const void *address() const = 0;
    };

    std::function<void()> act;
    word popped = 0; // by the function itself
    cbframe::closure closure;
    std::unique_ptr<any_callback> callback;
};

using typed_maker = void (*)(typed_callee &);

template <class Signature, const cbframe::abi::convention *const *Convention = nullptr>
void make_closure(typed_callee &target) {
    // By its name it has all vector registers.
    const cbframe::abi::convention &convention =
        Convention != nullptr ? **Convention : *cbframe::abi::find_convention(cbframe::native_convention().name);
    const cbframe::prepared_signature signature(cbframe::signature::of<Signature>(), convention);
    target.popped = static_cast<word>(signature.layout().popped);
    target.closure = cbframe::closure(signature, [&target](cbframe::arguments &) { target.act(); });
}

#if defined(__x86_64__)
const cbframe::abi::convention *const ms_x64 = &cbframe::abi::ms_x64;
const cbframe::abi::convention *const vectorcall = &cbframe::abi::vectorcall_x64;
#else
const cbframe::abi::convention *const stdcall = &cbframe::abi::stdcall_x86_sysv;
const cbframe::abi::convention *const fastcall = &cbframe::abi::fastcall_x86_sysv;
const cbframe::abi::convention *const vectorcall = &cbframe::abi::vectorcall_x86_msvc;
#endif

template <class Function, class R, class... Args>
void make_callback_of(typed_callee &target) {
    struct holder final : typed_callee::any_callback {
        explicit holder(typed_callee &of)
            : callback([&of](Args...) -> R {
                  of.act();
                  return R();
              }) {}
        const void *address() const override { return callback.address(); }
        cbframe::callback<Function> callback;
    };
    target.callback = std::make_unique<holder>(target);
}

template <class R, class... Args>
void make_callback(typed_callee &target) {
    make_callback_of<R(Args...), R, Args...>(target);
}

using wide_vector = float __attribute__((vector_size(32)));
using narrow_vector = float __attribute__((vector_size(16)));
[[maybe_unused]] typedef int small_vector __attribute__((vector_size(8)));
struct two_kinds {
    long a;
    double b;
};
struct large {
    long a, b, c;
};

} // namespace
} // namespace unwinding

template <>
struct cbframe::describe<unwinding::two_kinds> : cbframe::fields<&unwinding::two_kinds::a, &unwinding::two_kinds::b> {};
template <>
struct cbframe::describe<unwinding::large>
    : cbframe::fields<&unwinding::large::a, &unwinding::large::b, &unwinding::large::c> {};

namespace unwinding {
namespace {

struct typed_way {
    const char *name;
    typed_maker make;
    friend std::ostream &operator<<(std::ostream &to, const typed_way &from) { return to << from.name; }
};

constexpr typed_way typed_ways[] = {
    {"FewGeneral", make_closure<int(int, int)>},
    {"General", make_closure<int(int, int, int, int, int, int)>},
    {"FewVectors", make_closure<double(double, int)>},
    {"Vectors", make_closure<double(double, double, double, double, double)>},
    {"NarrowInteger", make_closure<signed char(int)>},
    {"TwoKinds", make_closure<two_kinds(two_kinds)>},
    {"HiddenPointer", make_closure<large(large)>},
    {"X87", make_closure<long double(long double)>},
    {"WholeVectors", make_closure<narrow_vector(narrow_vector)>},
    {"WideVectors", make_closure<wide_vector(wide_vector)>},
    {"Variadic", make_closure<int(const char *, ...)>},
#if defined(__x86_64__)
    {"Microsoft", make_closure<double(int, double), &ms_x64>},
#else
    {"Stdcall1", make_closure<void(int), &stdcall>},
    {"Stdcall2", make_closure<void(int, int), &stdcall>},
    {"Stdcall3", make_closure<double(int, double), &stdcall>},
    {"Stdcall4", make_closure<void(double, double), &stdcall>},
    {"Stdcall5", make_closure<void(int, double, double), &stdcall>},
    {"Stdcall6", make_closure<void(double, double, double), &stdcall>},
    {"Stdcall7", make_closure<void(int, double, double, double), &stdcall>},
    {"Stdcall8", make_closure<void(double, double, double, double), &stdcall>},
    {"Stdcall9", make_closure<void(int, double, double, double, double), &stdcall>},
    {"Fastcall", make_closure<int(int, int, int, int), &fastcall>},
    {"SmallVectors", make_closure<void(small_vector, int)>},
#endif
    {"MicrosoftWide", make_closure<wide_vector(int, wide_vector), &vectorcall>},
#if defined(__i386__) && !defined(__clang__)
    {"CallbackEcx", make_callback_of<void __attribute__((fastcall)) (), void>},
    {"CallbackEdx", make_callback_of<void __attribute__((fastcall)) (int), void, int>},
#endif
    {"CallbackRdi", make_callback<void>},
    {"CallbackRsi", make_callback<int, int>},
    {"CallbackRdx", make_callback<int, int, int>},
    {"CallbackRcx", make_callback<int, int, int, int>},
    {"CallbackR8", make_callback<int, int, int, int, int>},
    {"CallbackR9", make_callback<int, int, int, int, int, int>},
    {"CallbackNoRegister", make_callback<int, int, int, int, int, int, int>},
};

class TypedUnwinding : public testing::TestWithParam<typed_way> {
  protected:
    bits random{seed()};

    std::unique_ptr<typed_callee> make(std::function<void()> act) {
        auto made = std::make_unique<typed_callee>(std::move(act));
        GetParam().make(*made);
        return made;
    }
};

INSTANTIATE_TEST_SUITE_P(Typed, TypedUnwinding, testing::ValuesIn(typed_ways),
                         [](const testing::TestParamInfo<typed_way> &test) { return std::string(test.param.name); });

TEST_P(TypedUnwinding, EveryInstruction) {
    if (!can_step())
        GTEST_SKIP() << "ThreadSanitizer does not stand single steps";
    const auto target = make([] {});
    const state in = random_state(random);
    single_step steps(target->address(), false);
    steps.run(in, in, target->popped, 0);
    EXPECT_EQ(steps.failures(), "");
    EXPECT_GT(steps.instructions(), 5u) << "steps were missed";
}

TEST_P(TypedUnwinding, ACallKeepsWhatTheCallerNeeds) {
    const auto target = make([] {});
    for (int round = 0; round < 100; ++round) {
        state in = random_state(random), out{};
        in.alignment = 0;
        ASSERT_EQ(exactness_call(&in, &out, target->address()), 0);
        for (const preserved_register &each : preserved)
            ASSERT_EQ(in.gpr[each.index], out.gpr[each.index]) << each.name;
        ASSERT_EQ(out.gpr[exactness::SP], out.called_rsp + target->popped);
    }
}

TEST_P(TypedUnwinding, AnExceptionLeavesTheCallersRegistersAsTheyWere) {
    const auto target = make([] { throw 1; });
    for (int round = 0; round < 100; ++round) {
        state in = random_state(random), out{};
        in.alignment = 0;
        const int result = exactness_call(&in, &out, target->address());
        ASSERT_TRUE(caught(in, out, result)) << "round " << round;
    }
}

TEST_P(TypedUnwinding, ASlotBeginsWithEndbr64) {
    EXPECT_TRUE(begins_with_endbr(make([] {})->address()));
}

} // namespace
} // namespace unwinding
