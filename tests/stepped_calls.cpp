// Calls of every kind, for a debugger that steps through them: see stepped_remotely.py.
#include "unwind_cpu.hpp"

#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

extern "C" {
/// Where the debugger waits: what is called next, and the end.
[[gnu::noinline]] void stepped_call(const char *name, const void *address) {
    asm volatile("" ::"r"(name), "r"(address));
}
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

template <class R, class... Args>
void call_callback(const char *name) {
    const cbframe::callback<R(Args...)> made{[](Args...) { return R(); }};
    call(name, made.address());
}

struct two {
    double x, y;
};

} // namespace

template <>
struct cbframe::describe<two> : cbframe::fields<&two::x, &two::y> {};

int main() {
    const cbframe::frame nothing([](cbframe::cpu &) {});
    call("a frame", nothing.address());
    const cbframe::frame all([](cbframe::cpu &) {}, cbframe::level::all);
    call("a frame of level all", all.address());
    call_closure<int(int, int)>("a closure");
    call_closure<double(double, int)>("a closure of numbers");
    call_closure<two(two)>("a closure of structures");
    call_closure<int(const char *, ...)>("a variadic closure");
    call_callback<int>("a callback of nothing");
    call_callback<int, int>("a callback of one");
    call_callback<int, int, int, int, int, int, int, int>("a callback of seven");
    call_callback<int, int, int, int, int, int, int, int, int>("a callback of eight");
    stepped_all();
    return 0;
}
