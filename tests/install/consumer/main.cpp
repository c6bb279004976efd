#include <cbframe/cbframe.hpp>

#include <cstdio>

#if defined(__riscv)
enum { result = 10 }; // A0
#else
enum { result = 0 }; // RAX, EAX or X0
#endif

int main() {
    unsigned number = 42;
    cbframe::frame frame{[&](cbframe::cpu &cpu) { cpu.GPR[result].u = number; }};
    int answer = frame.as<int()>()();
    if (answer != 42) {
        std::fprintf(stderr, "C++: got %d\n", answer);
        return 1;
    }
    return 0;
}
