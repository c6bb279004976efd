// Calls of every kind, for a debugger that steps through them: see stepped_remotely.py.
#include "unwind_cpu.hpp"

#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/tap.hpp>

extern "C" {
/// Where the debugger waits: what is called next, and the end.
[[gnu::noinline]] void stepped_call(const char *name, const void *address) {
    asm volatile("" ::"r"(name), "r"(address));
}
void exactness_original(); // of exactness.S: returns at once
[[gnu::noinline]] void stepped_all() { asm volatile(""); }
}

namespace {

unwinding::bits numbers{1}; // NOLINT: the same numbers every time

void call(const char *name, const void *address) {
    const unwinding::state in = unwinding::aligned_random_state(numbers);
    unwinding::state out{};
    stepped_call(name, address);
    exactness_call(&in, &out, address);
}

template <class Signature>
void call_closure(const char *name) {
    const cbframe::closure made(cbframe::signature::of<Signature>(), [](cbframe::arguments &) {});
    call(name, made.address());
}

void add(cbf_arguments *args, void *) {
    *static_cast<int *>(cbf_result(args)) =
        *static_cast<int *>(cbf_argument(args, 0)) + *static_cast<int *>(cbf_argument(args, 1));
}

void call_c_closure(const char *name) {
    const cbf_type *const number = cbf_type_basic(CBF_KIND_INT);
    const cbf_type *const parameters[] = {number, number};
    cbf_signature *signature = nullptr;
    cbf_closure *made = nullptr;
    if (cbf_signature_new(&signature, number, parameters, 2, 0, cbf_convention_native()) == CBF_OK &&
        cbf_closure_new(&made, signature, add, nullptr) == CBF_OK)
        call(name, made);
    cbf_closure_free(made);
    cbf_signature_free(signature);
}

template <class R, class... Args>
void call_callback(const char *name) {
    const cbframe::callback<R(Args...)> made{[](Args...) { return R(); }};
    call(name, made.address());
}

struct two {
    double x, y;
};
struct large {
    long at[3];
};

} // namespace

template <>
struct cbframe::describe<two> : cbframe::fields<&two::x, &two::y> {};
template <>
struct cbframe::describe<large> : cbframe::fields<&large::at> {};

int main() {
    const cbframe::frame nothing([](cbframe::cpu &) {});
    call("a frame", nothing.address());
    const cbframe::frame all([](cbframe::cpu &) {}, cbframe::level::all);
    call("a frame of level all", all.address());
    const cbframe::tap tap(&exactness_original, [](cbframe::cpu &) {});
    call("a tap", tap.address());
    const cbframe::tap tap_of_all(
        &exactness_original, [](cbframe::cpu &) {}, cbframe::level::all);
    call("a tap of level all", tap_of_all.address());
    call_closure<int(int, int)>("a closure");
    call_closure<double(double, int)>("a closure of numbers");
    call_closure<two(two)>("a closure of structures");
    call_closure<int(const char *, ...)>("a variadic closure");
    call_closure<int(int, int, int, int, int)>("a closure of five");
    call_closure<int(int, int, int, int, int, int, int, int, int)>("a closure of nine");
    call_closure<large()>("a closure whose result is in memory");
    const cbframe::closure adds(cbframe::signature::of<int(int, int)>(),
                                [](cbframe::arguments &args) { args.result(args.get<int>(0) + args.get<int>(1)); });
    call("a closure that adds", adds.address());
    call_c_closure("a closure in C that adds");
    call_callback<int>("a callback of nothing");
    call_callback<int, int>("a callback of one");
    call_callback<int, int, int, int, int, int, int, int>("a callback of seven");
    call_callback<int, int, int, int, int, int, int, int, int>("a callback of eight");
    stepped_all();
    return 0;
}
