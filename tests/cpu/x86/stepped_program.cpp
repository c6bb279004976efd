// Calls a frame again and again, for a debugger that steps into the calls. The argument: what the handler does.
#include <cbframe/frame.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// A call that leaves a word on the stack, for the callee to pop.
#if defined(__x86_64__)
void call_that_passes_a_word(const void *function) {
    asm volatile("lea -128(%%rsp), %%rsp\n push $0\n call *%0\n lea 128(%%rsp), %%rsp" ::"b"(function)
                 : "memory", "cc");
}
#else
void call_that_passes_a_word(const void *function) {
    asm volatile("push $0\n call *%0" ::"S"(function) : "memory", "cc");
}
#endif

[[noreturn]] void fail(const char *what) {
    std::puts(what);
    std::fflush(stdout);
    std::_Exit(1);
}

} // namespace

extern "C" {
extern void *slot;
void *slot;

[[gnu::noinline]] void about_to_call() { asm volatile("" ::: "memory"); }
}

int main(int count, char **arguments) {
    const char *const what = count > 1 ? arguments[1] : "plain";
    const bool pops = std::strcmp(what, "pops") == 0, backwards = std::strcmp(what, "backwards") == 0;
    const cbframe::frame function{[&](cbframe::cpu &cpu) {
        if (cpu.EFLAGS.TF)
            fail("the handler sees TF");
        if (pops)
            cpu.pop(sizeof(void *));
        if (backwards)
            cpu.EFLAGS.DF = 1;
        cpu.EFLAGS.CF = 1;
    }};
    slot = function.address();
    about_to_call();
    for (int n = 0; n < 1000; ++n) {
        if (pops)
            call_that_passes_a_word(slot);
        else
            function.as<void()>()();
        asm volatile("cld");
    }
}
