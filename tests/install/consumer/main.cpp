#include <cbframe/cbframe.hpp>

#include <cstdio>

int main() {
    unsigned number = 42;
    cbframe::frame frame{[&](cbframe::cpu &cpu) { cpu.GPR[0].u = number; }}; // RAX or EAX
    int answer = frame.as<int()>()();
    if (answer != 42) {
        std::fprintf(stderr, "C++: got %d\n", answer);
        return 1;
    }
    return 0;
}
